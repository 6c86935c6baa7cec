"""Administration of people, tokens, sheets and packs; and the record of what was changed."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router, Status

from tianping.capabilities.notices.contacts import set_phone, with_phone
from tianping.kernel.agencies import accounts, sheets
from tianping.kernel.agencies.administer import AUDITOR, SECURITY, SYSTEM, need
from tianping.kernel.packs import browse
from tianping.kernel.service import acting
from tianping.web.accounts import factors
from tianping.web.api import admin_shapes as shapes
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.granting import grant, register, take_back
from tianping.web.api.offices import LOOK, MADE, RIGHTS, changed
from tianping.web.api.once import Answer, once
from tianping.web.api.problems import Problem
from tianping.web.api.reports import KEY
from tianping.web.desk import names
from tianping.web.desk.admin.frame import EDITOR
from tianping.web.desk.bulk import told

router = Router(tags=["administration"])
TOKENS: Final = Access("admin.read", kind="staff", posts=(SECURITY, AUDITOR))
PACKS: Final = Access("admin.read", kind="staff", posts=(EDITOR, SYSTEM, AUDITOR))
SHEETS: Final = Access("admin.write", kind="staff", posts=(SYSTEM, SECURITY), fresh=True)
Kind = Literal["offices", "people", "appointments"]
COLUMNS: Final = {"offices": sheets.OFFICES, "people": sheets.PEOPLE, "appointments": sheets.APPOINTMENTS}


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────
@router.get("/admin/people", auth=LOOK, response=shapes.Accounts, summary=_("在这里工作的人，按姓名或登录名找"))
def people(request: HttpRequest, find: Query[shapes.Find]) -> dict[str, Any]:
    """Up to a hundred."""
    actor = caller_of(request).actor
    found = accounts.people(actor, find.q.strip())
    bare = factors.without([p.user for p in found])
    with acting(actor):
        phones = with_phone(actor.jurisdiction)
    columns = ("user", "username", "name", "email", "active")
    return {
        "items": [
            {name: getattr(p, name) for name in columns}
            | {"second_factor": p.user not in bare, "phone": p.user in phones}
            | {"posts": [{"office": o, "title": t, "kind": k} for o, _english, t, k in p.posts]}
            for p in found
        ]
    }


@router.post(
    "/admin/people",
    auth=RIGHTS,
    response={201: shapes.NewPerson, 200: shapes.NewPerson},
    summary=_("添加人员；第一个密码只说一次"),
)
def add_person(request: HttpRequest, body: shapes.PersonIn, key: str = KEY) -> Status[Answer]:
    """Without posts; those are given separately."""
    actor, new = caller_of(request).actor, body.model_dump()

    def write() -> Answer:
        return {"username": body.username, "password": accounts.add_person(actor, **new)}

    return once(request, key, new, write, hide=lambda answer: answer | {"password": ""})


@router.patch("/admin/people/{uuid:user}", auth=RIGHTS, response=MADE, summary=_("改姓名、邮箱"))
def change_person(request: HttpRequest, user: UUID, body: shapes.PersonChange, key: str = KEY) -> Status[Answer]:
    """Both are given."""
    actor = caller_of(request).actor

    def act() -> str:
        accounts.change_person(actor, user, name=body.name, email=body.email)
        return str(user)

    return changed(request, key, body.model_dump(), act)


def _active(request: HttpRequest, user: UUID, body: shapes.WhyIn, key: str, *, active: bool) -> Status[Answer]:
    actor = caller_of(request).actor

    def act() -> str:
        accounts.set_active(actor, user, active=active, why=body.why)
        return str(user)

    return changed(request, key, body.model_dump(), act)


@router.post("/admin/people/{uuid:user}/close", auth=RIGHTS, response=MADE, summary=_("停用账号，写明原因"))
def close(request: HttpRequest, user: UUID, body: shapes.WhyIn, key: str = KEY) -> Status[Answer]:
    """Out at their next press; their appointments stay until somebody ends them."""
    return _active(request, user, body, key, active=False)


@router.post("/admin/people/{uuid:user}/open", auth=RIGHTS, response=MADE, summary=_("恢复账号，写明原因"))
def reopen(request: HttpRequest, user: UUID, body: shapes.WhyIn, key: str = KEY) -> Status[Answer]:
    """As it was."""
    return _active(request, user, body, key, active=True)


@router.put("/admin/people/{uuid:user}/phone", auth=RIGHTS, response=MADE, summary=_("登记手机号；谁也读不回来"))
def phone(request: HttpRequest, user: UUID, body: shapes.PhoneIn, key: str = KEY) -> Status[Answer]:
    """Sealed; used only to send urgent messages."""
    actor = caller_of(request).actor

    def act() -> str:
        set_phone(actor, user, body.phone)
        return str(user)

    return changed(request, key, body.model_dump(), act)


@router.post("/admin/people/{uuid:user}/second", auth=RIGHTS, response=MADE, summary=_("重设第二道验证，写明原因"))
def second(request: HttpRequest, user: UUID, body: shapes.WhyIn, key: str = KEY) -> Status[Answer]:
    """All their sessions end; they are told."""
    actor = caller_of(request).actor

    def act() -> str:
        factors.reset(actor, user, body.why)
        return str(user)

    return changed(request, key, body.model_dump(), act)


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────
@router.get("/tokens", auth=TOKENS, response=shapes.Tokens, summary=_("发过的令牌；看不到令牌本身"))
def all_tokens(request: HttpRequest) -> dict[str, Any]:
    """Newest first."""
    return {"items": register(caller_of(request).actor)}


@router.post(
    "/tokens",
    auth=RIGHTS,
    response={201: shapes.NewToken, 200: shapes.NewToken},
    summary=_("发一个令牌；只说一次，不能给自己发"),
)
def issue_token(request: HttpRequest, body: shapes.TokenIn, key: str = KEY) -> Status[Answer]:
    """For a program that acts for somebody, who is told."""
    actor = caller_of(request).actor

    def write() -> Answer:
        made = grant(actor, body.user, body.name, body.scopes, body.days, post=body.post)
        return {"id": str(made.id), "token": made.token, "expires_at": made.expires_at.isoformat()}

    return once(request, key, body.model_dump(mode="json"), write, hide=lambda answer: answer | {"token": ""})


@router.post("/tokens/{uuid:token}/revoke", auth=RIGHTS, response=MADE, summary=_("停用一个令牌，写明原因"))
def revoke_token(request: HttpRequest, token: UUID, body: shapes.WhyIn, key: str = KEY) -> Status[Answer]:
    """From the next request on."""
    actor = caller_of(request).actor

    def act() -> str:
        take_back(actor, token, body.why)
        return str(token)

    return changed(request, key, body.model_dump(), act)


# ── sheets, packs, changes ───────────────────────────────────────────────────────────────────────────────────────
@router.get("/admin/sheets/{kind}", auth=LOOK, response=shapes.Sheet, summary=_("单位、人员、任职的整张表"))
def sheet(request: HttpRequest, kind: Kind) -> dict[str, Any]:
    """In the form that comes back. People: the security administrator alone."""
    actor = caller_of(request).actor
    need(actor, *((SECURITY,) if kind == "people" else (SYSTEM, SECURITY)))
    with acting(actor):
        phones = with_phone(actor.jurisdiction)
    rows = [
        [c.isoformat() if hasattr(c, "isoformat") else c for c in row] for row in sheets.sheet_of(actor, kind, phones)
    ]
    return {"columns": list(COLUMNS[kind]), "rows": rows}


@router.post(
    "/admin/sheets/{kind}",
    auth=SHEETS,
    response={201: shapes.TriedSheet, 200: shapes.TriedSheet},
    summary=_("整张表导入：先试，每一行都行才收下"),
)
def bring_sheet(request: HttpRequest, kind: Kind, body: shapes.SheetIn, key: str = KEY) -> Status[Answer]:
    """Offices by the system administrator, people and appointments by the security administrator."""
    actor = caller_of(request).actor
    need(actor, SYSTEM if kind == "offices" else SECURITY)

    def write() -> Answer:
        tried = sheets.try_sheet(actor, kind, body.rows, keep=body.keep, set_phone=set_phone)
        rows = [
            {
                "row": t.row,
                "about": t.about,
                "done": t.done,
                "detail": told(t.error) if t.error else "",
                "secret": t.secret,
            }
            for t in tried
        ]
        kept = body.keep and not any(t.error for t in tried)
        answer = {"kept": kept, "rows": rows}
        return answer if kept else _without_secrets(answer)  # who was not added has no password

    answer = once(request, key, body.model_dump(), write, hide=_without_secrets)
    names.forget()
    return answer


def _without_secrets(answer: Answer) -> Answer:
    return answer | {"rows": [row | {"secret": ""} for row in answer["rows"]]}


@router.get("/admin/packs", auth=PACKS, response=shapes.Packs, summary=_("装了哪些规则和数据"))
def packs(request: HttpRequest) -> dict[str, Any]:
    """What holds today, and what was loaded when."""
    jurisdiction = caller_of(request).actor.jurisdiction
    kinds = [{"kind": k, "rows": rows, "unverified": unsure} for k, rows, unsure in browse.kinds(jurisdiction)]
    return {"kinds": kinds, "releases": browse.releases(jurisdiction)}


@router.get("/admin/packs/{kind}", auth=PACKS, response=shapes.PackLines, summary=_("一类规则的每一条，连同出处"))
def pack_lines(request: HttpRequest, kind: shapes.Word, asked: Query[shapes.PackRows]) -> dict[str, Any]:
    """Up to 200, by part of code or name."""
    jurisdiction = caller_of(request).actor.jurisdiction
    if kind not in {k for k, _rows, _unsure in browse.kinds(jurisdiction)}:
        raise Problem("unknown", _("没有这类规则"))
    return {"items": browse.lines(jurisdiction, kind, asked.q.strip(), unsure=asked.unverified)}


@router.get("/admin/changes", auth=LOOK, response=shapes.Changes, summary=_("管理员改过什么，只增不改"))
def changes(request: HttpRequest, asked: Query[shapes.Before]) -> dict[str, Any]:
    """Newest first. `next` goes into `before`."""
    try:
        before = datetime.fromisoformat(asked.before) if asked.before else None
    except ValueError as error:
        raise Problem("form", _("有几处需要补充或修改"), {"before": _("写法不对，请对照接口说明")}) from error
    found = accounts.changes(caller_of(request).actor, before)
    following = found[-1].at.isoformat() if len(found) == accounts.PAGE else ""
    return {"items": found, "next": following}
