r"""How an entry is bound to the one before it. Anybody can recompute a hash with openssl.

Layout of the bytes that are hashed (lengths are unsigned big-endian):

    "tianping.entry.v1" 00          18 bytes
    length of prev                  4 bytes, always 00 00 00 20
    prev                            32 bytes: hash of the entry before, or 32 zero bytes (GENESIS) for the first
    length of join                  4 bytes: 00 00 00 20 where an offline branch joins, else 00 00 00 00
    join                            32 bytes or none: hash of the last entry of the branch
    length of body                  8 bytes
    body                            the stored canonical bytes

SHA-256 over this is the entry's hash. Where the deployment asks for it, SM3 (GB/T 32905) stands beside: the same
layout, with the SM3 digests of the two predecessors in the places of prev and join. With the body in `body.json` and
the predecessor's hash as hex in PREV, the hash of an entry without a join is

    { printf 'tianping.entry.v1\0\0\0\0\040'; printf %s "$PREV" | xxd -r -p; printf '\0\0\0\0'
      printf %016x "$(wc -c < body.json)" | xxd -r -p; cat body.json; } | openssl dgst -sha256     (or -sm3)

A chain counts its entries from 1. What an offline node wrote is a chain of its own, a branch: its first entry names as
prev the entry of the other chain that the node had seen, and it takes effect by an entry there that names it as join.
"""

from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SM3, Hash

GENESIS = bytes(32)
"""Stands for the predecessor of a chain's first entry."""

FIRST = 1
"""The number of a chain's first entry."""

_PREV = b"tianping.entry.v1\0\0\0\0\x20"
_LENGTHS = {0: b"\0\0\0\0", 32: b"\0\0\0\x20"}


class Row(NamedTuple):
    """One stored entry as the ledger sees it; a database row in this order becomes one by `Row._make`.

    `prev` is None for a first entry; `sm3`, `sm3_prev` and `sm3_join` are None where SM3 was not asked for.
    """

    chain: UUID
    seq: int
    id: UUID
    body: bytes
    hash: bytes
    prev: bytes | None = None
    join: bytes | None = None
    sm3: bytes | None = None
    sm3_prev: bytes | None = None
    sm3_join: bytes | None = None


def entry_hash(body: bytes, prev: bytes | None, join: bytes | None = None) -> bytes:
    """The 32 bytes of an entry's SHA-256. ValueError when `prev` or `join` is given and is not 32 bytes."""
    return sha256(_layout(body, prev, join)).digest()


def sm3_of(body: bytes, prev_sm3: bytes | None, join_sm3: bytes | None = None) -> bytes:
    """The 32 bytes of an entry's SM3 (GB/T 32905) over the same layout. ValueError as in `entry_hash`."""
    digest = Hash(SM3())
    digest.update(_layout(body, prev_sm3, join_sm3))
    return digest.finalize()


def _layout(body: bytes, prev: bytes | None, join: bytes | None) -> bytes:
    before = GENESIS if prev is None else prev
    branch = b"" if join is None else join
    if len(before) != 32 or (join is not None and len(branch) != 32):
        raise ValueError("a predecessor's hash has 32 bytes")
    return b"".join((_PREV, before, _LENGTHS[len(branch)], branch, len(body).to_bytes(8, "big"), body))
