"""Where a jurisdiction's matters begin: its root, its governance centre, how its numbers look."""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _


class NotLoadedError(RuntimeError):
    """The jurisdiction has no governance centre yet."""


@dataclass(frozen=True, slots=True)
class Home:
    root: str
    centre: str
    name: str
    name_en: str
    number_format: str  # with {year} and {seq}


_cache: dict[str, Home] = {}


def home(jurisdiction: str) -> Home:
    """Root and centre of the jurisdiction. Raises NotLoadedError until its agencies have been loaded."""
    if jurisdiction in _cache:
        return _cache[jurisdiction]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.path, c.path, r.name, r.name_en, r.short_name FROM agency c JOIN agency r ON r.jurisdiction = c.jurisdiction"
            " AND r.path = split_part(c.path, '.', 1) || '.' WHERE c.jurisdiction = %s AND c.kind = 'centre'"
            " ORDER BY length(c.path) LIMIT 1",
            [jurisdiction],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotLoadedError(_("还没有导入单位，请先运行 tianping packs load"))
    root, centre, name, name_en, short = row
    label = (short or name).removesuffix("县").removesuffix("市").removesuffix("区")
    _cache[jurisdiction] = Home(root, centre, name, name_en, f"{label}〔{{year}}〕{{seq}}号")
    return _cache[jurisdiction]


def forget() -> None:
    """After agencies were loaded or changed."""
    _cache.clear()
