from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger.commit import commit, new_salt, opens

SALT = bytes(range(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def test_the_documented_bytes_are_hashed():
    message = b"tianping.commit.v1\0" + SALT + b"\0\0\0\5phone" + b"\0\0\0\0\0\0\0\x0b13800138000"
    assert commit("phone", "13800138000", SALT) == sha256(message).hexdigest()


@given(TEXT, TEXT | st.binary(max_size=8))
def test_a_commitment_opens_with_what_it_was_made_of(field, value):
    salt = new_salt()
    assert opens(commit(field, value, salt), field, value, salt)


def test_it_opens_with_no_other_field_value_or_salt():
    made = commit("name", "王小明", SALT)
    assert not opens(made, "phone", "王小明", SALT)
    assert not opens(made, "name", "王小名", SALT)
    assert not opens(made, "name", "王小明", new_salt())
    assert not opens("天", "name", "王小明", SALT)


def test_field_and_value_cannot_change_places_with_the_border_between_them():
    assert commit("ab", "c", SALT) != commit("a", "bc", SALT)


def test_nfd_text_opens_an_nfc_commitment_and_bytes_stay_bytes():
    assert commit("é", "é", SALT) == commit("e\u0301", "e\u0301", SALT)
    assert commit("a", b"e\xcc\x81", SALT) != commit("a", "e\u0301", SALT)


def test_salts_are_32_bytes_and_never_twice_the_same():
    assert {len(new_salt()) for _ in range(50)} == {32}
    assert len({new_salt() for _ in range(50)}) == 50
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        commit("a", "b", bytes(16))
