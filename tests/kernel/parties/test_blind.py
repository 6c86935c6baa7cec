from hashlib import sha256
from hmac import new

import pytest

from tianping.kernel.parties.blind import KINDS, blind

KEY = bytes(range(32))


def test_it_is_a_tagged_hmac_cut_to_16_bytes():
    message = b"tianping.blind.v1\0phone\x0013800138000"
    assert blind("phone", "13800138000", KEY) == new(KEY, message, sha256).digest()[:16]


def test_equal_values_meet_only_within_kind_and_key():
    found = {blind(kind, "13800138000", key) for kind in KINDS for key in (KEY, KEY[::-1])}
    assert len(found) == 2 * len(KINDS) == 10
    assert blind("name", "王芳", KEY) == blind("name", "王芳", KEY)


@pytest.mark.parametrize(("kind", "value", "key"), [("sex", "x", KEY), ("name", "", KEY), ("name", "x", KEY[:31])])
def test_an_unknown_kind_an_empty_value_or_a_short_key_is_refused(kind, value, key):
    with pytest.raises(ValueError, match="blind index"):
        blind(kind, value, key)
