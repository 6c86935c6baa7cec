from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger.commit import commit, new_salt, opens
from tianping.kernel.parties.seal import (
    SealBrokenError,
    Sealed,
    field_aad,
    open_field,
    reseal,
    seal,
    seal_field,
    unseal,
)

KEK = bytes(range(32))
UNDER = {"kek_id": "@1/qingxi", "kek": KEK}
ENTRY = UUID(int=5)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT, TEXT)
def test_a_field_opens_to_its_value_and_salt(value, field):
    salt = new_salt()
    sealed = seal_field(value, salt, **UNDER, entry_id=ENTRY, field=field)
    assert open_field(sealed, **UNDER, entry_id=ENTRY, field=field) == (value, salt)
    assert len(sealed.seed) == 32


def test_what_is_opened_opens_its_commitment():
    salt = new_salt()
    made = commit("name", "王芳", salt)
    value, opened = open_field(
        seal_field("王芳", salt, **UNDER, entry_id=ENTRY, field="name"), **UNDER, entry_id=ENTRY, field="name"
    )
    assert opens(made, "name", value, opened)


def test_the_field_key_is_hkdf_expand_of_the_standard():
    sealed = seal(b"plain", **UNDER, aad=b"aad")
    info = b"tianping.field.v1\0" + sealed.seed + b"@1/qingxi"
    key = HKDFExpand(SHA256(), 32, info).derive(KEK)
    assert AESGCM(key).decrypt(bytes(12), sealed.blob, b"aad") == b"plain"


def test_the_same_value_never_looks_the_same():
    sealed = [seal(b"same", **UNDER, aad=b"") for _ in range(50)]
    assert len({one.seed for one in sealed}) == len({one.blob for one in sealed}) == 50


@pytest.mark.parametrize(
    "other",
    [
        {"kek_id": "@2/qingxi"},
        {"kek": bytes(32)},
        {"entry_id": UUID(int=6)},
        {"field": "phone"},
    ],
)
def test_another_key_entry_or_field_does_not_open(other):
    place = {**UNDER, "entry_id": ENTRY, "field": "name"}
    sealed = seal_field("王芳", new_salt(), **place)
    with pytest.raises(SealBrokenError, match="打不开"):
        open_field(sealed, **{**place, **other})


@given(st.integers(0, 1), st.data())
def test_a_changed_or_shortened_byte_does_not_open(part, data):
    sealed = seal(b"value", **UNDER, aad=b"a")
    raw = bytearray(sealed[part])
    at = data.draw(st.integers(0, len(raw) - 1))
    changed = raw[:at] if data.draw(st.booleans()) else raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
    broken = Sealed(*(bytes(changed) if place == part else sealed[place] for place in (0, 1)))
    with pytest.raises(SealBrokenError):
        unseal(broken, **UNDER, aad=b"a")


def test_resealing_moves_a_value_to_the_new_key():
    aad = field_aad(ENTRY, "name")
    salt = new_salt()
    old = seal_field("王芳", salt, **UNDER, entry_id=ENTRY, field="name")
    new = reseal(old, old=("@1/qingxi", KEK), new=("@2/qingxi", bytes(32)), aad=aad)
    assert new.seed != old.seed
    assert open_field(new, kek_id="@2/qingxi", kek=bytes(32), entry_id=ENTRY, field="name") == ("王芳", salt)
    with pytest.raises(SealBrokenError):
        reseal(new, old=("@1/qingxi", KEK), new=("@2/qingxi", bytes(32)), aad=aad)


def test_a_key_or_salt_of_another_length_is_refused():
    with pytest.raises(ValueError, match="kek has 32 bytes, not 16"):
        seal(b"", kek_id="@1/a", kek=bytes(16), aad=b"")
    with pytest.raises(ValueError, match="salt has 32 bytes, not 3"):
        seal_field("x", b"abc", **UNDER, entry_id=ENTRY, field="name")
