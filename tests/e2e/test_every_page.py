"""Every page that the URL resolver knows, in Chromium, ordinary and elder, looked over by axe at WCAG 2.2 AA."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.e2e.axe import clean, fits
from tests.e2e.people import prove
from tests.people import actor, guest
from tests.web.desk.conftest import book_of
from tianping.capabilities.imports import parcels
from tianping.kernel.agencies.models import Appointment, Post, User
from tianping.kernel.service import actor_for_code, advance, report, show
from tianping.web.api.tokens import issue, issued

pytestmark = pytest.mark.e2e
STORY = {
    "description": "楼上漏水，厨房天花板鼓起来了。",
    "title": "楼上漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
}
# Routes that answer with no page of their own: they change something, lead on, or give a file.
NO_PAGE = {
    "accounts:logout",
    "accounts:prefs",
    "citizen:code",
    "citizen:at",
    "citizen:photo",
    "citizen:picture",
    "desk:search",
    "desk:import-errors",
    "desk:bell",
    "desk:letter",
    "desk:letters-read",
    "desk:hints",
    "desk:forget",
    "desk:bulk",
    "desk:admin",
    "desk:admin-sheet",
    "desk:procedures",
    "files:whole",
    "files:begin",
    "files:chunk",
    "files:finish",
    "files:download",
    # log-in: steps that need one before them, or lead on to the page of one's account
    "accounts:end-session",
    "accounts:identity-code",
    "account_login",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_activate_totp",
    "openid_connect_login",
    "openid_connect_callback",
}
NOT_PAGES = ("api/",)


def names(resolver, prefix="", namespace=""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from names(entry, route, inner)
        elif isinstance(entry, URLPattern) and not route.startswith(NOT_PAGES):
            yield f"{namespace}{entry.name}"


@pytest.fixture(scope="module")
def matters(site):
    """One matter to be dispatched, one answered; and the code of the answered one."""
    fresh = report(actor=guest(), form=STORY, key=str(uuid4()))
    done = report(actor=guest(), form=STORY | {"title": "路灯不亮"}, key=str(uuid4()))

    def take(step, who, **form):
        advance(done.proceeding, step, actor=actor(who), form=form, key=str(uuid4()))

    take("triage", "dispatcher", category="neighbour.leak", grade="3")
    take("dispatch", "dispatcher", agency="zhujian")
    take("accept", "handler")
    take("finish", "handler", outcome="settled", result="修好了")
    take("verify", "dispatcher", on_site="亮了")
    take("answer", "handler", answer="修好了")
    agent = {"representative_name": "陈律师", "representative_phone": "13700000001", "authority": "general"}
    form = agent | {"valid_until": "2099-12-31"}
    for receipt in (fresh, done):
        advance(receipt.proceeding, "entrust_agent", actor=party(receipt), form=form, key=str(uuid4()))
    show(actor("dispatcher"), fresh.matter, "handling")
    return fresh, done


def party(receipt):
    """The reporter, proven."""
    code = actor_for_code("990101", receipt.code)
    return replace(code, kind="citizen", proof="identity", keys=frozenset({f"subject:{code.subject}"}))


def _post():
    found = Post.objects.get(path="qingxi.zhujian.", kind="handler")
    found.held = Appointment.objects.filter(post_id=found.id).first().id
    return found


def _token():
    """A token that works: the same for the whole run."""
    user = User.objects.get(username="caoyong")
    found = [t for t in issued(user.jurisdiction) if t.user_id == user.id]
    return found[0].id if found else issue(user, "城管系统", ["read"], 30).id


def _sheet():
    """A sheet that has come in half way, with a row to mend."""
    rows = [[n, f"电梯停了{n}", "2026/11/2 9:00", f"第{n}幢的电梯停了"] for n in range(parcels.PART)]
    book = book_of(["编号", "主题", "时间", "内容"], *rows, ["x", "坏日期", "昨天", "内容"])
    found = parcels.bring(actor("dispatcher"), "电梯.xlsx", "12345", book.read())
    parcels.take(actor("dispatcher"), found)
    return found.id


def addresses(matters):
    """route -> (who, address). `code`: somebody who has typed the receipt's code; `told`: who has just reported."""
    fresh, done = matters
    one = [fresh.matter]
    step = [fresh.matter, fresh.proceeding, "triage"]
    post = _post()
    people = [party(receipt).subject for receipt in matters]
    return {
        "accounts:login": ("", reverse("accounts:login")),
        "accounts:identity": ("", "/identity/"),
        "accounts:enrol": ("liuxiaoyan", "/login/enrol/"),
        "accounts:me": ("liuxiaoyan", "/me/"),
        "account_reauthenticate": ("liuxiaoyan", "/login/again/"),
        "account_change_password": ("liuxiaoyan", "/me/password/"),
        "citizen:home": ("", "/"),
        "citizen:report": ("", "/report/"),
        "citizen:step": ("", "/report/story/"),
        "citizen:receipt": ("told", "/receipt/"),
        "citizen:progress": ("", "/progress/"),
        "citizen:standing": ("code", "/standing/"),
        "citizen:act": ("code", "/standing/rate/"),
        "citizen:mediation": ("", "/mediation/"),
        "citizen:law": ("", "/law/"),
        "citizen:privacy": ("", "/privacy/"),
        "citizen:mine": ("", "/mine/"),
        "citizen:export": ("", "/mine/export/"),
        "citizen:own": ("citizen", reverse("citizen:own", args=[done.matter])),
        "citizen:own-act": ("citizen", reverse("citizen:own-act", args=[fresh.matter, "ask_erasure"])),
        "desk:worklist": ("liuxiaoyan", "/desk/"),
        "desk:filter": ("liuxiaoyan", "/desk/filter/"),
        "desk:export": ("liuxiaoyan", "/desk/export/"),
        "desk:save": ("liuxiaoyan", "/desk/saved/?category=0101"),
        "desk:board-joint": ("liuxiaoyan", reverse("desk:board-joint", args=one)),
        "desk:import": ("liuxiaoyan", "/desk/import/"),
        "desk:import-sheet": ("liuxiaoyan", reverse("desk:import-sheet", args=[_sheet()])),
        "desk:signs": ("liuxiaoyan", "/desk/signs/"),
        "desk:signs-sheet": ("liuxiaoyan", "/desk/signs/print/?all=1&kind=grid"),
        "desk:new": ("liuxiaoyan", "/desk/new/"),
        "desk:letters": ("liuxiaoyan", "/desk/notices/"),
        "desk:board": ("liuxiaoyan", "/desk/board/"),
        "desk:board-matter": ("liuxiaoyan", reverse("desk:board-matter", args=one)),
        "desk:same": ("liuxiaoyan", "/desk/same/"),
        "desk:same-merge": ("liuxiaoyan", reverse("desk:same-merge", args=people)),
        "desk:same-part": ("liuxiaoyan", reverse("desk:same-part", args=people[:1])),
        "desk:supervise": ("sunlei", "/desk/supervise/"),
        "desk:figures": ("sunlei", "/desk/figures/"),
        "desk:audit": ("guoyan", "/desk/audit/"),
        "desk:admin-offices": ("hejing", "/desk/admin/offices/?at=qingxi.zhujian."),
        "desk:admin-office-edit": ("hejing", "/desk/admin/offices/edit/?at=qingxi.zhujian."),
        "desk:admin-office-add": ("hejing", "/desk/admin/offices/add/?at=qingxi."),
        "desk:admin-post-add": ("hejing", "/desk/admin/offices/post/?at=qingxi."),
        "desk:admin-packs": ("hejing", "/desk/admin/packs/"),
        "desk:admin-import": ("hejing", "/desk/admin/sheets/offices/bring/"),
        "desk:admin-people": ("linhaitao", "/desk/admin/people/"),
        "desk:admin-person-add": ("linhaitao", "/desk/admin/people/add/"),
        "desk:admin-person": ("linhaitao", reverse("desk:admin-person", args=[actor("handler").user])),
        "desk:admin-phone": ("linhaitao", reverse("desk:admin-phone", args=[actor("handler").user])),
        "desk:admin-second": ("linhaitao", reverse("desk:admin-second", args=[actor("handler").user])),
        "desk:admin-appoint": ("linhaitao", f"{reverse('desk:admin-appoint', args=[post.id])}?at={post.path}"),
        "desk:admin-appointment": ("linhaitao", reverse("desk:admin-appointment", args=[post.held, "leave"])),
        "desk:admin-tokens": ("linhaitao", "/desk/admin/tokens/"),
        "desk:admin-token-issue": ("linhaitao", "/desk/admin/tokens/issue/"),
        "desk:admin-token-revoke": ("linhaitao", reverse("desk:admin-token-revoke", args=[_token()])),
        "api:docs": ("", "/api/v1/docs"),
        "desk:admin-changes": ("guoyan", "/desk/admin/changes/"),
        "desk:procedure": ("liuxiaoyan", "/desk/procedures/intake/"),
        "desk:matter": ("liuxiaoyan", reverse("desk:matter", args=one)),
        "desk:pane": ("liuxiaoyan", reverse("desk:pane", args=one)),
        "desk:verify": ("liuxiaoyan", reverse("desk:verify", args=one)),
        "desk:reveal": ("liuxiaoyan", reverse("desk:reveal", args=[fresh.matter, "reporter_phone"])),
        "desk:step": ("liuxiaoyan", reverse("desk:step", args=step)),
    }


def test_every_route_is_visited(matters):
    known = set(addresses(matters)) | NO_PAGE
    assert set(names(get_resolver())) - known == set()


def _enter(page, desk, who, done):
    if who == "":
        return
    if who == "citizen":
        prove(page, STORY["reporter_phone"])
        return
    if who == "code":
        page.goto("/p/" + done.code + "/")
    elif who == "told":
        page.goto("/report/story/")
        page.fill("textarea", "灯不亮")
        page.click(".stick button")
        page.goto("/report/check/")
        page.click(".stick button")
        page.wait_for_url("**/receipt/")
    else:
        desk(who)


PHONES = (390, 320)  # pixels


def _look(page, route, address, *, widths):
    """At the width that the window has, then wherever else it is asked to fit."""
    response = page.goto(address)
    assert response.status == 200, f"{route}: {response.status}"
    clean(page, route)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        fits(page, route)


@pytest.mark.parametrize("elder", [False, True])
@pytest.mark.parametrize(
    "who", ["", "code", "told", "citizen", "liuxiaoyan", "sunlei", "guoyan", "hejing", "linhaitao"]
)
def test_pages_are_open_to_everybody(page, desk, matters, who, elder):
    _enter(page, desk, who, matters[1])
    if elder:
        page.goto("/")
        page.context.add_cookies([{"name": "elder", "value": "24", "url": page.url}])
    usual = page.viewport_size
    for route, (asked, address) in addresses(matters).items():
        if asked == who:
            page.set_viewport_size(usual)
            _look(page, route, address, widths=() if elder else PHONES)


def test_the_pages_of_a_dispatcher_are_clean_on_a_phone(page, desk, matters):
    desk("liuxiaoyan")
    page.set_viewport_size({"width": 390, "height": 844})
    for route, (asked, address) in addresses(matters).items():
        if asked == "liuxiaoyan":
            _look(page, route, address, widths=())


def test_a_matter_of_somebody_else_is_not_found(page, desk, matters):
    desk("dugang")
    assert page.goto(reverse("desk:matter", args=[matters[0].matter])).status == 404
