"""How often one caller may do what needs no account: one counter in PostgreSQL, shared by every process.

The table is unlogged: after a crash the counters begin again. It holds digests, never addresses.
"""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

_HIT = """INSERT INTO rate_window AS w (key, ends_at, hits)
 VALUES (%(key)s, clock_timestamp() + make_interval(secs => %(seconds)s), 1)
 ON CONFLICT (key) DO UPDATE SET hits = CASE WHEN w.ends_at <= clock_timestamp() THEN 1 ELSE w.hits + 1 END,
   ends_at = CASE WHEN w.ends_at <= clock_timestamp() THEN excluded.ends_at ELSE w.ends_at END
 RETURNING hits"""
_SWEEP_ONE_IN = 256


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` times in `seconds`, for each address."""

    name: str
    most: int
    seconds: int

    def reached(self, request: HttpRequest) -> bool:
        """Count this request. True when its address has done it too often."""
        return limited(f"{self.name}:{address(request)}", self.most, self.seconds)

    def over(self, request: HttpRequest) -> bool:
        """Whether its address has done it too often already; this request is not counted."""
        return _hits(f"{self.name}:{address(request)}") >= self.most


REPORTS = Limit("report", 60, 3600)
CODES = Limit("code", 20, 600)
LOOK_UPS = Limit("look-up", 120, 60)
# Pages and API count wrong receipt codes together, whichever door they come by and whoever is logged in. A right one
# costs nothing at the page: many people share one address of a mobile network.
WRONG_CODES = Limit("wrong-code", 10, 600)


def _digest(key: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), key.encode("utf-8", "surrogateescape"), hashlib.sha256)


def _hits(key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hits FROM rate_window WHERE key = %s AND ends_at > clock_timestamp()", [_digest(key)])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def limited(key: str, most: int, seconds: float) -> bool:
    """Count one use of `key` in a fixed window of `seconds` that begins with the first use. True beyond `most` uses.

    Call it outside `acting`: in a transaction that fails the count would be lost with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HIT, {"key": _digest(key), "seconds": float(seconds)})
        hits = cursor.fetchone()[0]
        if secrets.randbelow(_SWEEP_ONE_IN) == 0:
            cursor.execute("DELETE FROM rate_window WHERE ends_at < clock_timestamp()")
    return bool(hits > most)


def address(request: HttpRequest) -> str:
    """The caller's address; of IPv6 the /64, which one household has to itself. Only our own proxy's word counts (`PROXIES`)."""
    found = str(request.META.get("REMOTE_ADDR") or "")
    if found in settings.PROXIES:
        found = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or found
    try:
        parsed = ipaddress.ip_address(found)
    except ValueError:
        return "?"
    if parsed.version == 6:
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
