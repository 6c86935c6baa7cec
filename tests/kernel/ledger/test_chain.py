import shutil
import subprocess
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger import chain
from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.ledger.chain import GENESIS, Row, entry_hash, sm3_of

BODY = canonical({"id": UUID(int=1), "step": "受理", "commitments": {"name": "ab" * 32}})
PREV = bytes(range(32))
JOIN = bytes(range(32, 64))
LAYOUT = b"tianping.entry.v1\0" + b"\0\0\0\x20" + PREV + b"\0\0\0\x20" + JOIN + len(BODY).to_bytes(8, "big") + BODY
HASHES = st.binary(min_size=32, max_size=32)

with_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is absent")


def openssl(algorithm, message):
    done = subprocess.run(["openssl", "dgst", f"-{algorithm}", "-r"], input=message, capture_output=True, check=True)
    return done.stdout.split()[0].decode()


@with_openssl
@pytest.mark.parametrize(("algorithm", "ours"), [("sha256", entry_hash), ("sm3", sm3_of)])
def test_openssl_computes_the_same_over_the_documented_bytes(algorithm, ours):
    assert ours(BODY, PREV, JOIN).hex() == openssl(algorithm, LAYOUT)


@with_openssl
@pytest.mark.skipif(shutil.which("xxd") is None, reason="xxd is absent")
@pytest.mark.parametrize("prev", [PREV, GENESIS])
def test_the_command_of_the_docstring_computes_the_hash(tmp_path, prev):
    (tmp_path / "body.json").write_bytes(BODY)
    text = chain.__doc__
    command = text[text.index("{ printf") : text.index("     (or -sm3)")] + " -r"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={"PREV": prev.hex(), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.split()[0].decode() == entry_hash(BODY, prev).hex()


def test_stored_vectors_do_not_move():
    assert entry_hash(BODY, PREV, JOIN).hex() == "951051b5c3919e4727259975a3f6616a1ec4215f9fe7995d6ca0ffacca660504"
    assert sm3_of(BODY, PREV, JOIN).hex() == "1b2bd1342f82baa43f5bc7ea2294a9f1cf5120e86cec7d91810d41ae8c93c20c"


def test_a_first_entry_follows_genesis():
    assert entry_hash(BODY, None) == entry_hash(BODY, GENESIS)
    assert not any(GENESIS)


@given(st.binary(max_size=64), HASHES, HASHES)
def test_body_predecessor_and_join_all_count(body, prev, join):
    made = {
        entry_hash(body, prev),
        entry_hash(body, prev, join),
        entry_hash(body + b" ", prev),
        entry_hash(body, bytes(31) + b"\1", join),
    }
    assert len(made) >= 3
    assert entry_hash(join + body, prev) != entry_hash(body, prev, join)


@pytest.mark.parametrize(("prev", "join"), [(b"", None), (bytes(31), None), (PREV, b""), (PREV, bytes(33))])
def test_a_predecessor_of_another_length_is_refused(prev, join):
    for digest in (entry_hash, sm3_of):
        with pytest.raises(ValueError, match="32 bytes"):
            digest(BODY, prev, join)


def test_a_database_row_becomes_a_row_of_the_ledger():
    row = Row._make((UUID(int=1), 1, UUID(int=2), BODY, PREV, None, None, None, None, None))
    assert (row.seq, row.prev, row.sm3_join) == (1, None, None)
