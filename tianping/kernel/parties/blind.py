"""The blind index: find a person by a value without storing the value in the clear.

HMAC-SHA256 under a key that lies outside the database, cut to 16 bytes. Equal values give equal indexes, which is what
finding needs and is all that somebody with the database alone can see. The kind is part of the message, so that a
phone and a name of the same digits never meet.
"""

from hmac import digest
from typing import Literal, get_args

Kind = Literal["name", "phone", "id_number", "uscc", "text"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SIZE = 16
"""Bytes of an index: at a hundred million values two meet by chance with a probability of 1 in 10^22."""

_TAG = b"tianping.blind.v1\0"


def blind(kind: Kind, normalised: str, key: bytes) -> bytes:
    """The 16-byte index of an already normalised value. ValueError for an empty value, short key or unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"no blind index of kind {kind!r}")
    if not normalised or len(key) < 32:
        raise ValueError("a blind index needs a value and a key of 32 bytes")
    return digest(key, b"".join((_TAG, kind.encode(), b"\0", normalised.encode())), "sha256")[:SIZE]
