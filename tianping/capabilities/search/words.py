"""Chinese text as pairs of characters, so that every word of two characters or more is found, complete and in order."""

import re
import unicodedata

_RUN = re.compile(r"[\u3400-\u9fff]+|[0-9a-z]+")
LONGEST = 8000  # characters of one matter that are indexed


def tokens(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters (a lone one as itself), and whole Latin words and numbers, in order."""
    found: list[str] = []
    for run in _RUN.findall(unicodedata.normalize("NFKC", text[:LONGEST]).lower()):
        if run[0].isascii() or len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def indexed(texts: list[str]) -> str:
    """What `to_tsvector('simple', …)` takes: every token, and each Chinese character once so that a single one is found."""
    every = [t for text in texts for t in tokens(text)]
    singles = sorted({c for text in texts for c in text if "\u3400" <= c <= "\u9fff"})
    return " ".join([*every, *singles])


def query(text: str) -> str:
    """A tsquery: the words of each run in a row, all runs. Empty when nothing can be looked for."""
    phrases = []
    for run in text.split():
        words = tokens(run)
        if words:
            phrases.append("(" + " <-> ".join(f"'{w}'" for w in words) + ")")
    return " & ".join(phrases)
