"""Seal one field of one entry, so that destroying its row or its key destroys the value.

Every sealing draws a fresh 32-byte seed and derives a key of its own from it:

    field key = HMAC-SHA256(kek, "tianping.field.v1" 00 | seed | kek id | 01)
    blob      = AES-256-GCM(field key, nonce of 12 zero bytes, plaintext, aad)    (ciphertext, then the 16-byte tag)

The key derivation is HKDF-Expand of RFC 5869 for 32 bytes, info = everything before the 01. Its first half, Extract,
only makes a uniform key out of a secret that is not one; a kek already is one (section 3.3). Written as one HMAC it
takes a third of the time of the generic object. The nonce may be constant because no field key ever seals twice: the
seed is new each time, and two equal seeds among 2^64 sealings come up with a probability of 2^-129.

The plaintext of a field is its 32-byte salt and then the value in UTF-8, so that the salt of a commitment is exactly
as secret as the value. The aad is entry id (16 bytes) and field name: a blob moved elsewhere does not open.
"""

from hmac import digest
from secrets import token_bytes
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tianping.kernel.ledger.commit import SALT
from tianping.kernel.lifecycle.text import gettext_noop as _

SEED = 32
"""Bytes of a seed."""

_TAG = b"tianping.field.v1\0"
_NONCE = bytes(12)


class SealBrokenError(Exception):
    """The blob does not open: other key, other entry or field, or changed bytes. The message is a message id."""

    def __init__(self) -> None:
        super().__init__(_("这项内容打不开：密钥不对，或密文被改过、挪过。请找系统管理员核对。"))


class Sealed(NamedTuple):
    """What is stored of a sealed value, beside the kek's id: the seed of its key and the ciphertext."""

    seed: bytes
    blob: bytes


def seal(plain: bytes, *, kek_id: str, kek: bytes, aad: bytes) -> Sealed:
    """Encrypt `plain`. ValueError when `kek` is not 32 bytes."""
    seed = token_bytes(SEED)
    return Sealed(seed, AESGCM(_field_key(seed, kek_id, kek)).encrypt(_NONCE, plain, aad))


def unseal(sealed: Sealed, *, kek_id: str, kek: bytes, aad: bytes) -> bytes:
    """Decrypt what `seal` made under the same kek id, kek and aad. Raises SealBrokenError."""
    if len(sealed.seed) != SEED:
        raise SealBrokenError
    try:
        return AESGCM(_field_key(sealed.seed, kek_id, kek)).decrypt(_NONCE, sealed.blob, aad)
    except InvalidTag:
        raise SealBrokenError from None


def seal_field(value: str, salt: bytes, *, kek_id: str, kek: bytes, entry_id: UUID, field: str) -> Sealed:
    """Seal a value with the 32-byte salt of its commitment. ValueError when the salt has another length."""
    if len(salt) != SALT:
        raise ValueError(f"a salt has {SALT} bytes, not {len(salt)}")
    return seal(salt + value.encode(), kek_id=kek_id, kek=kek, aad=field_aad(entry_id, field))


def open_field(sealed: Sealed, *, kek_id: str, kek: bytes, entry_id: UUID, field: str) -> tuple[str, bytes]:
    """The value and its salt. Raises SealBrokenError."""
    plain = unseal(sealed, kek_id=kek_id, kek=kek, aad=field_aad(entry_id, field))
    return plain[SALT:].decode(), plain[:SALT]


def reseal(sealed: Sealed, *, old: tuple[str, bytes], new: tuple[str, bytes], aad: bytes) -> Sealed:
    """Move a sealed value from the (kek id, kek) `old` to `new`, for a rotation. Raises SealBrokenError.

    Under load, write the result only where the row still holds the seed that was read: somebody may have erased it.
    """
    plain = unseal(sealed, kek_id=old[0], kek=old[1], aad=aad)
    return seal(plain, kek_id=new[0], kek=new[1], aad=aad)


def field_aad(entry_id: UUID, field: str) -> bytes:
    """What binds a blob to its place: 16 bytes of the entry's id, then the name of the field in UTF-8."""
    return entry_id.bytes + field.encode()


def _field_key(seed: bytes, kek_id: str, kek: bytes) -> bytes:
    if len(kek) != 32:
        raise ValueError(f"a kek has 32 bytes, not {len(kek)}")
    return digest(kek, b"".join((_TAG, seed, kek_id.encode(), b"\1")), "sha256")
