"""`tianping token`: what the page of the security administrator does, from a terminal."""

import pytest

from tests.people import actor
from tianping.kernel.agencies.models import AdminChange
from tianping.kernel.service import acting
from tianping.web.api.tokens import find

ISSUE = ("token", "issue", "--for", "caoyong", "--name", "城管系统", "--scope", "read", "--days", "30")


def test_a_token_is_issued_listed_and_revoked(tianping):
    made = tianping(*ISSUE, "--scope", "report", "--post", "handler@qingxi.zhujian.", "--json").json
    token, user = find(made["token"])
    assert (user.username, token.scopes, token.post_id is not None) == ("caoyong", ["read", "report"], True)
    (row,) = tianping("token", "list", "--json").json["tokens"]
    assert (row["for"], row["standing"], "token" in row) == ("caoyong", "works", False)
    assert "城管系统" in tianping("token", "list").stdout
    done = tianping("token", "revoke", made["id"], "--why", "换系统了", "--json")
    assert done.json == {"id": made["id"], "revoked": True}
    assert find(made["token"]) is None
    with acting(actor("auditor")):
        kept = AdminChange.objects.filter(what="token.issue").latest("at")
    assert kept.after["by"] == "tianping token"
    assert made["token"] not in str(kept.after)


def test_without_json_the_token_stands_alone_on_its_line(tianping):
    lines = tianping(*ISSUE).stdout.splitlines()
    assert lines[0].startswith("tp_")
    assert "城管系统" in tianping("token", "list", "--as", "linhaitao").stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("token", "issue", "--for", "nobody", "--name", "x", "--scope", "read"), "nobody"),
        (("token", "issue", "--for", "caoyong", "--name", "x", "--scope", "no"), "范围"),
        (("token", "issue", "--for", "caoyong", "--name", "x", "--scope", "read", "--days", "999"), "400"),
        (("token", "issue", "--for", "caoyong", "--name", "x", "--scope", "read", "--post", "judge@x."), "judge@x."),
        (("token", "issue", "--for", "linhaitao", "--name", "x", "--scope", "read"), "自己"),
        (("token", "list", "--as", "caoyong"), "安全管理员"),
        (("token", "revoke", "018f0000-0000-7000-8000-000000000000", "--why", "x"), "没有这个令牌"),
    ],
)
def test_a_refusal_is_a_sentence(tianping, words, told):
    done = tianping(*words, "--json")
    assert done.exit_code == 1
    assert told in done.json["error"]
