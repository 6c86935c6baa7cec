"""What the caller was told: notices of staff and of citizens, to their own keys."""

from typing import Annotated, Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Query, Router, Status
from pydantic import StringConstraints

from tianping.capabilities.notices.store import inbox, mark_read
from tianping.capabilities.notices.store import unread as count
from tianping.web.api import desk_shapes as shapes
from tianping.web.api.callers import Access, caller_of
from tianping.web.api.once import Answer, once
from tianping.web.api.problems import Problem
from tianping.web.api.reports import KEY
from tianping.web.api.schemas import Strict
from tianping.web.desk.letters import after, cursor_of

router = Router(tags=["notices"])
OWN: Final = Access("own")
PAGE: Final = 50


class Asked(Strict):
    unread: bool = False
    number: shapes.Text = ""
    cursor: Annotated[str, StringConstraints(max_length=80, pattern=r"^[0-9a-fT:.+_\-]*$")] = ""


@router.get("/notices", auth=OWN, response=shapes.Letters, summary=_("收到的消息，新的在前"))
def letters(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """`next` goes into `cursor`, "" on the last page. Never content of a matter."""
    before = after(asked.cursor.replace("_", " "))
    if asked.cursor and before is None:
        raise Problem("form", _("有几处需要补充或修改"), {"cursor": _("写法不对，请对照接口说明")})
    found = inbox(
        caller_of(request).actor, before=before, limit=PAGE + 1, unread_only=asked.unread, number=asked.number
    )
    following = cursor_of(found[PAGE - 1]).replace(" ", "_") if len(found) > PAGE else ""
    return {"items": found[:PAGE], "next": following}


@router.get("/notices/unread", auth=OWN, response=shapes.Unread, summary=_("没看的消息有几条，最多数到1000"))
def unread(request: HttpRequest) -> dict[str, Any]:
    """Of the caller's own."""
    return {"unread": count(caller_of(request).actor)}


@router.post(
    "/notices/read",
    auth=OWN,
    response={201: shapes.MarkedRead, 200: shapes.MarkedRead},
    summary=_("把这些消息记成看过了，不写就是全部"),
)
def mark(request: HttpRequest, body: shapes.ReadIn, key: str = KEY) -> Status[Answer]:
    """For everybody who answers to the same key."""
    actor = caller_of(request).actor
    asked = body.model_dump(mode="json")
    return once(request, key, asked, lambda: {"marked": mark_read(actor, body.ids)})
