"""Commitments: an entry holds the digest of a personal value, and the value with its salt can be destroyed.

Layout of the bytes that are hashed (lengths are unsigned big-endian):

    "tianping.commit.v1" 00 | salt, 32 bytes
    | length of field, 4 bytes | field, UTF-8 | length of value, 8 bytes | value

Text is put into Unicode NFC first. A phone number behind a readable salt is guessed in seconds: the salt is a secret
and is sealed together with its value.
"""

from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes
from unicodedata import normalize

SALT = 32
"""Bytes of a salt."""

_TAG = b"tianping.commit.v1\0"


def new_salt() -> bytes:
    """32 bytes from the system's random source: one salt for one field of one entry."""
    return token_bytes(SALT)


def commit(field: str, value: bytes | str, salt: bytes) -> str:
    """The commitment to `value` of `field` as 64 lower-case hex digits. ValueError when the salt is not 32 bytes."""
    if len(salt) != SALT:
        raise ValueError(f"a salt has {SALT} bytes, not {len(salt)}")
    name = normalize("NFC", field).encode()
    raw = normalize("NFC", value).encode() if isinstance(value, str) else value
    message = b"".join((_TAG, salt, len(name).to_bytes(4, "big"), name, len(raw).to_bytes(8, "big"), raw))
    return sha256(message).hexdigest()


def opens(commitment: str, field: str, value: bytes | str, salt: bytes) -> bool:
    """Whether `value` with `salt` is what `commitment` was made of, in constant time."""
    return compare_digest(commitment.encode(), commit(field, value, salt).encode())
