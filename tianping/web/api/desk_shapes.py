"""The shapes of what staff ask and are told beside one matter: advice, bulk, lists they keep, figures, the audit."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from tianping.web.api.schemas import Code, Day, Path, Purpose, Row, SightFilters, Strict

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Cursor = Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9T:.+\-]*$")]


class CounselFor(Strict):
    """Without them, what the matter has already."""

    category: Code | None = None
    grade: Code | None = None
    office: Path | None = Field(default=None, description=_("自己选的单位（路径）"))


class CounselReason(Schema):
    label: str
    text: str


class Suggested(Schema):
    path: str
    agency: str
    by_hand: bool
    reasons: list[CounselReason]


class Candidate(Schema):
    """An office with what it has to do: `busy` open matters of `capacity`, `late` of them overdue."""

    path: str
    name: str
    why: str
    busy: int
    capacity: int
    late: int


class Counsel(Schema):
    """Who should have it, with the reasons. A person decides."""

    suggestion: Suggested | None
    offices: list[Candidate]


class AlikeIn(Strict):
    description: Annotated[str, StringConstraints(max_length=5000)] = ""
    phone: Text = ""
    place: Text = ""


class Likeness(Schema):
    matter: UUID
    number: str
    title: str
    procedure: str
    state: str
    opened_at: datetime
    closed: bool
    following: bool
    reasons: list[str]


class Likenesses(Schema):
    items: list[Likeness]


class BulkIn(Strict):
    step: Code
    matters: list[UUID] = Field(min_length=1, max_length=200)
    form: dict[str, Any] = {}


class BulkDone(Schema):
    matter: UUID
    proceeding: UUID
    entry: UUID
    number: str


class BulkRefused(Schema):
    matter: UUID
    number: str
    detail: str


class Bulk(Schema):
    """Each matter by itself: what could not be done says why, with the sentence that the step alone would say."""

    done: list[BulkDone]
    refused: list[BulkRefused]


class ExportFilters(SightFilters):
    view: Literal["todo", "sight"] = "sight"
    purpose: Purpose


class SavedIn(Strict):
    name: Annotated[
        str,
        StringConstraints(min_length=1, max_length=12, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"),
    ]
    address: Annotated[str, StringConstraints(max_length=1000, pattern=r"^[\x21-\x7e]*$")] = Field(
        description=_("/desk/ 的查询串，比如 view=overdue；找东西的字不会存")
    )


class SavedList(Schema):
    id: UUID
    name: str
    address: str


class SavedLists(Schema):
    items: list[SavedList]


class Kept(Schema):
    name: str
    address: str
    repeated: bool


class Dropped(Schema):
    id: UUID
    repeated: bool


class Days(Strict):
    """Local days, both included; the last thirty without them."""

    first: Day | None = Field(default=None, ge=date(2000, 1, 1), le=date(2199, 12, 31))
    last: Day | None = Field(default=None, ge=date(2000, 1, 1), le=date(2199, 12, 31))


class Share(Schema):
    part: int
    whole: int | None


class BehindFigure(Schema):
    """Goes as `of` into /matters with the same days; "" are those registered then. `matters`: how many, where they were counted."""

    of: str
    matters: int | None


class Figure(Schema):
    """`part` of `whole`, or a plain count; `before` in as many days just before. `lists` together hold the whole."""

    key: str
    name: str
    part: int
    whole: int | None
    before: Share
    meaning: str
    lists: list[BehindFigure]


class Tally(Schema):
    """At this moment. `least`: there are at least so many."""

    everything: int
    overdue: int
    soon: int
    returned: int
    supervised: int
    least: bool


class Figures(Schema):
    first: date
    last: date
    items: list[Figure]
    standing: Tally
    counted_at: datetime | None
    uncounted: int


class Area(Strict):
    place_path: Path | None = None


class Watched(Schema):
    key: str
    name: str
    count: int
    least: bool
    items: list[Row]


class Supervision(Schema):
    lists: list[Watched]


class AuditFor(Strict):
    person: Text = ""
    purpose: Code | None = None
    number: Text = ""
    day: Day | None = Field(default=None, ge=date(2000, 1, 1), le=date(2199, 12, 31))
    before: Cursor = ""


class AccessRow(Schema):
    id: UUID
    at: datetime
    name: str
    agency: str
    purpose: str
    number: str
    what: list[str]
    rows: int


class Alarm(Schema):
    name: str | None
    agency: str | None
    at: datetime
    matters: int
    rows: int


class Audit(Schema):
    items: list[AccessRow]
    alarms: list[Alarm]
    next: str


class Letter(Schema):
    id: UUID
    kind: str
    text: str
    matter: UUID | None
    urgent: bool
    created_at: datetime
    read_at: datetime | None


class Letters(Schema):
    items: list[Letter]
    next: str


class Unread(Schema):
    unread: int


class ReadIn(Strict):
    ids: list[UUID] | None = Field(default=None, max_length=200, description=_("不写就是全部"))


class MarkedRead(Schema):
    marked: int
    repeated: bool
