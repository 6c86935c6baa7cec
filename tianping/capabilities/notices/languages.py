"""In which language each reader is told: Chinese, unless they chose another. A key is whom a notice goes to."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from tianping.kernel.service import acting, system_actor

CHINESE: Final = "zh-hans"
KNOWN: Final = frozenset({CHINESE, "en"})
_KEEP = """INSERT INTO reader_language (jurisdiction, key, language) SELECT %s, k, %s FROM unnest(%s::text[]) k
 ON CONFLICT (jurisdiction, key) DO UPDATE SET language = excluded.language"""
_REPORTERS = (
    "SELECT 'subject:' || subject_id FROM party WHERE jurisdiction = %s AND matter_id = %s AND role = 'reporter'"
)


def speak(jurisdiction: str, keys: Iterable[str], language: str) -> None:
    """From now on those who answer to these keys (`person:`, `subject:`) are told in this language."""
    wanted = sorted(keys)
    if language in KNOWN and wanted:
        with acting(system_actor(jurisdiction, "notices")), connection.cursor() as cursor:
            cursor.execute(_KEEP, [jurisdiction, language, wanted])


def speak_to_reporters(jurisdiction: str, matter: UUID, language: str) -> None:
    """Tell whoever has just reported in the language that they reported in. Chinese is told anyway: nothing is written for it."""
    if language in {"", CHINESE}:
        return
    with acting(system_actor(jurisdiction, "notices")), connection.cursor() as cursor:
        cursor.execute(_REPORTERS, [jurisdiction, matter])
        keys = [row[0] for row in cursor.fetchall()]
    speak(jurisdiction, keys, language)


def language_of(jurisdiction: str, key: str) -> str:
    """Inside `acting` of the system."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT language FROM reader_language WHERE jurisdiction = %s AND key = %s", [jurisdiction, key])
        row = cursor.fetchone()
    return str(row[0]) if row else CHINESE
