"""What the terminal says: Chinese, or English where the operator's locale is English (LC_ALL, LC_MESSAGES, LANG).

Commands say their help before Django is there, so the sentences are taken from the same catalogue by the standard library.
"""

import gettext as _std
import os
from functools import cache
from pathlib import Path

_LOCALE = Path(__file__).resolve().parents[1] / "locale"


def english() -> bool:
    """Whether the operator's locale asks for English; C and POSIX ask for nothing."""
    named = next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), "")
    return named.lower().startswith("en")


@cache
def _catalogue(name: str, language: str) -> _std.NullTranslations:
    return _std.translation(name, _LOCALE, [language], fallback=True)


def gettext(text: str) -> str:
    """The sentence in the operator's language."""
    return _catalogue("django", "en").gettext(text) if english() else text


def frame_in_chinese() -> None:
    """Say click's own words (Usage, Options, errors) in Chinese unless English is asked for: they come from gettext's default domain."""
    if not english():
        _std.bindtextdomain("click", _LOCALE)
        _std.textdomain("click")
        os.environ["LANGUAGE"] = "zh_Hans"
