"""The answers that are kept under a caller's Idempotency-Key, each its caller's alone: ids, no secret, nothing of a matter."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db import connection

from tianping.kernel.service import Actor, acting

KEPT: Final = "7 days"
_CLAIM = """INSERT INTO api_answer (jurisdiction, digest, owner, request, made_at)
 VALUES (%(j)s, %(digest)s, %(owner)s, %(request)s, clock_timestamp()) ON CONFLICT DO NOTHING"""
_SEEN = "SELECT request, body::json FROM api_answer WHERE jurisdiction = %(j)s AND digest = %(digest)s"
_KEEP = "UPDATE api_answer SET body = %(body)s::jsonb WHERE jurisdiction = %(j)s AND digest = %(digest)s"
_SWEEP = f"""DELETE FROM api_answer WHERE jurisdiction = %(j)s AND owner = %(owner)s
 AND made_at < clock_timestamp() - interval '{KEPT}'"""  # noqa: S608  # a constant


@dataclass(frozen=True, slots=True)
class Claim:
    """One use of a key. `digest`: of whose it is and the key; `request`: of what is asked for."""

    owner: str
    digest: bytes
    request: bytes


def claim(actor: Actor, key: Claim) -> tuple[bytes, dict[str, Any]] | None:
    """Take the key, inside the transaction of what it is for; None when it was free, else what was asked and answered then.

    Where two requests with one key run at once, the later waits here for the earlier.
    """
    values: dict[str, Any] = {"j": actor.jurisdiction, "digest": key.digest, "owner": key.owner, "request": key.request}
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_SWEEP, values)
        cursor.execute(_CLAIM, values)
        if cursor.rowcount:
            return None
        cursor.execute(_SEEN, values)
        request, body = cursor.fetchone()
        return bytes(request), body


def keep(actor: Actor, key: Claim, body: dict[str, Any]) -> None:
    """What is answered to the same request again."""
    values: dict[str, Any] = {"j": actor.jurisdiction, "digest": key.digest, "body": msgspec.json.encode(body).decode()}
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
