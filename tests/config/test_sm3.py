"""A deployment that asks for SM3 (GB/T 32905): it stands beside SHA-256 on every entry, and openssl agrees with both."""

import shutil
import subprocess

import pytest
from django.db import connection

from tests.conftest import CLUSTER
from tests.kernel.matters.conftest import Road

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing: apt-get install openssl")
# As the docstring of tianping/kernel/ledger/chain.py tells everybody to do it.
SCRIPT = r"""{ printf 'tianping.entry.v1\0\0\0\0\040'; printf %s "$PREV" | xxd -r -p; printf '\0\0\0\0'
 printf %016x "$(wc -c < "$BODY")" | xxd -r -p; cat "$BODY"; } | openssl dgst -"$DIGEST" -r"""


@pytest.fixture
def sm3(settings):
    settings.LEDGER_SM3 = True


def entries():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tp.system', 'on', false), set_config('tp.jurisdiction', '990101', false)")
        cursor.execute("SELECT id, body, hash, prev, sm3, sm3_prev FROM entry ORDER BY seq")
        return [(row[0], *(None if v is None else bytes(v) for v in row[1:])) for row in cursor.fetchall()]


def by_openssl(digest, body, prev, folder):
    file = folder / "body.json"
    file.write_bytes(body)
    env = {"PATH": "/usr/bin:/bin", "DIGEST": digest, "PREV": (prev or bytes(32)).hex(), "BODY": str(file)}
    done = subprocess.run(["sh", "-c", SCRIPT], env=env, capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


@pytest.mark.skipif(shutil.which("xxd") is None, reason="xxd is missing: apt-get install xxd")
def test_openssl_computes_the_same_digests(sm3, fresh, tmp_path):
    Road().to("answered")
    found = entries()
    assert len(found) == 7
    for number, (_id, body, digest, prev, digest3, prev3) in enumerate(found):
        assert by_openssl("sha256", body, prev, tmp_path) == digest.hex()
        before = found[number - 1][4] if number else None
        assert by_openssl("sm3", body, before, tmp_path) == digest3.hex()
        assert prev3 == before


def test_verify_checks_both_and_names_the_one_that_was_changed(sm3, tianping, fresh):
    one = Road().to("handling")
    told = tianping("ledger", "verify", "--json").json
    assert (told["entries"], told["sm3"], told["faults"]) == (4, 4, [])
    wrong = entries()[2][0]
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"permission denied|append"):
        cursor.execute("UPDATE entry SET sm3 = %s WHERE id = %s", [b"\1" * 32, wrong])  # the application may not
    connection.close()
    import psycopg

    with psycopg.connect(CLUSTER.url("postgres", fresh)) as owner:
        owner.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        assert owner.execute("UPDATE entry SET sm3 = %s WHERE id = %s", [b"\1" * 32, wrong]).rowcount == 1
    result = tianping("ledger", "verify", "--json")
    assert result.exit_code == 1
    assert {(f["kind"], f["entry"]) for f in result.json["faults"]} >= {("sm3", str(wrong))}
    assert f"{one.receipt.number} 第3条：SM3 摘要对不上" in tianping("ledger", "verify").output


def test_an_older_deployment_may_begin_with_it_and_stop_again(tianping, settings):
    one = Road()
    settings.LEDGER_SM3 = True
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    one.take("dispatch", "dispatcher", agency="zhujian")
    settings.LEDGER_SM3 = False
    one.take("accept", "handler")
    told = tianping("ledger", "verify", "--json").json
    assert (told["entries"], told["sm3"], told["faults"]) == (4, 2, [])
