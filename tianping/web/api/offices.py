"""Administration of offices, posts and who holds them: the same functions as the pages, each change on the record."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Router, Status

from tianping.kernel.agencies import administer
from tianping.kernel.agencies.administer import AUDITOR, POSTS, SECURITY, SYSTEM
from tianping.web.api import admin_shapes as shapes
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.once import Answer, once
from tianping.web.api.reports import KEY
from tianping.web.api.schemas import Path
from tianping.web.desk import names

router = Router(tags=["administration"])
LOOK: Final = Access("admin.read", kind="staff", posts=(SYSTEM, SECURITY, AUDITOR))
TREE: Final = Access("admin.write", kind="staff", posts=(SYSTEM,))
RIGHTS: Final = Access("admin.write", kind="staff", posts=(SECURITY,), fresh=True)
MADE: Final = {201: shapes.Changed, 200: shapes.Changed}


def changed(request: HttpRequest, key: str, asked: Any, act: Callable[[], str]) -> Status[Answer]:
    """Do it once; answers with what `act` names. Office names are asked anew afterwards."""
    answer = once(request, key, asked, lambda: {"id": act()})
    names.forget()
    return answer


@router.get("/admin/offices", auth=LOOK, response=shapes.OfficeTree, summary=_("所有单位，停用的也在"))
def offices(request: HttpRequest) -> dict[str, Any]:
    """In the order of the tree."""
    return {"items": administer.tree(caller_of(request).actor)}


@router.post("/admin/offices", auth=TREE, response=MADE, summary=_("加一个单位"))
def add_office(request: HttpRequest, body: shapes.OfficeIn, key: str = KEY) -> Status[Answer]:
    """Under another. Codes are never used twice."""
    actor, told = caller_of(request).actor, body.model_dump()
    return changed(request, key, told, lambda: administer.add_office(actor, **told))


@router.patch("/admin/offices/{path}", auth=TREE, response=MADE, summary=_("改一个单位，或者停用"))
def change_office(request: HttpRequest, path: Path, body: shapes.OfficeChange, key: str = KEY) -> Status[Answer]:
    """An office that still has open matters is not closed."""
    actor = caller_of(request).actor
    new = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}

    def act() -> str:
        administer.change_office(actor, path, **new)
        return path

    return changed(request, key, new, act)


@router.get("/admin/offices/{path}/posts", auth=LOOK, response=shapes.Posts, summary=_("一个单位的岗位和任职的人"))
def posts(request: HttpRequest, path: Path) -> dict[str, Any]:
    """Those whose appointment is over too."""
    return {"items": administer.posts_at(caller_of(request).actor, path)}


@router.post("/admin/offices/{path}/posts", auth=TREE, response=MADE, summary=_("在一个单位设岗位"))
def add_post(request: HttpRequest, path: Path, body: shapes.PostIn, key: str = KEY) -> Status[Answer]:
    """One of each kind."""
    actor = caller_of(request).actor

    def act() -> str:
        administer.add_post(actor, path, body.kind)
        return path

    return changed(request, key, body.model_dump(), act)


@router.post("/admin/posts/{uuid:post}/appointments", auth=RIGHTS, response=MADE, summary=_("安排一个人任职"))
def appoint(request: HttpRequest, post: UUID, body: shapes.AppointmentIn, key: str = KEY) -> Status[Answer]:
    """Nobody appoints themselves; the three administrators are three people."""
    actor = caller_of(request).actor

    def act() -> str:
        kind = administer.kind_of(actor, post)
        title = body.title or gettext(POSTS.get(kind, kind))
        administer.appoint(actor, post, body.user, title=title, since=body.since, until=body.until, deputy=body.deputy)
        return str(post)

    return changed(request, key, body.model_dump(mode="json"), act)


@router.post("/admin/appointments/{uuid:appointment}/end", auth=RIGHTS, response=MADE, summary=_("结束一个任职"))
def end(request: HttpRequest, appointment: UUID, body: shapes.EndIn, key: str = KEY) -> Status[Answer]:
    """`until`: its last day."""
    return _appointment(request, appointment, "end", body, key)


@router.post("/admin/appointments/{uuid:appointment}/leave", auth=RIGHTS, response=MADE, summary=_("请假，或者销假"))
def leave(request: HttpRequest, appointment: UUID, body: shapes.LeaveIn, key: str = KEY) -> Status[Answer]:
    """While the holder is away the deputies stand in."""
    return _appointment(request, appointment, "leave", body, key)


def _appointment(
    request: HttpRequest, appointment: UUID, what: str, body: shapes.EndIn | shapes.LeaveIn, key: str
) -> Status[Answer]:
    actor = caller_of(request).actor

    def act() -> str:
        administer.change_appointment(actor, appointment, what, **body.model_dump())
        return str(appointment)

    return changed(request, key, body.model_dump(mode="json"), act)
