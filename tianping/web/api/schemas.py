"""The shapes that the API takes and gives. Times are UTC with a zone, ids are UUIDs, amounts and paths are text."""

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

from tianping.kernel.service import MASKED, PURPOSES

EARLIEST = datetime(1949, 10, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_YEAR = re.compile(r"\d{4}-")


def _sensible(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("out of range")
    return moment


def _written(value: object) -> object:
    """A bare number is no time, although pydantic takes it for seconds."""
    if not isinstance(value, str) or not _YEAR.match(value):
        raise ValueError("not written as a date")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_sensible)]
Day = Annotated[date, BeforeValidator(_written)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.\-]{1,40}$")]
Path = Annotated[str, StringConstraints(max_length=200, pattern=r"^([a-z0-9_\-]{1,40}\.){1,10}$")]
ReceiptCode = Annotated[str, StringConstraints(max_length=60, min_length=1)]
if TYPE_CHECKING:
    Purpose = str
    Masked = str
else:
    # Why staff may open personal data; "own" and "reader" are not theirs to claim.
    Purpose = Literal[tuple(sorted(PURPOSES.keys() - {"own", "reader"}))]
    Masked = Literal[tuple(sorted(MASKED))]


class Strict(Schema):
    """What comes in: nothing beyond what is declared."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """RFC 9457. `fields` maps a field of the form, the query or the body to the sentence that says what to do."""

    type: str
    title: str
    status: int
    detail: str
    fields: dict[str, str] = {}


# ── what comes in ────────────────────────────────────────────────────────────────────────────────────────────
class ReportIn(Strict):
    procedure: Code = "intake"
    step: Code | Literal[""] = ""
    form: dict[str, Any]
    happened_at: Moment | None = None


class StepIn(Strict):
    form: dict[str, Any] = {}
    happened_at: Moment | None = None


class CodeIn(Strict):
    code: ReceiptCode


class CodeStepIn(Strict):
    code: ReceiptCode
    form: dict[str, Any] = {}


class OwnStepIn(Strict):
    form: dict[str, Any] = {}


class RevealIn(Strict):
    concept: Masked
    purpose: Purpose
    entry: UUID | None = Field(default=None, description=_("几条记录都说过时，要哪一条的"))


class Filters(Strict):
    """All of them at their longest stay below the 4,094 bytes of a request line that servers read."""

    state: list[Code] = Field(default=[], max_length=20)
    category: list[Code] = Field(default=[], max_length=20)
    grade: list[Code] = Field(default=[], max_length=8)
    channel: list[Code] = Field(default=[], max_length=8)
    holder: Path | None = None
    place_path: Path | None = None
    late: Literal["overdue", "soon"] | None = None
    returned: bool = False
    supervised: bool = False
    q: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = Field(
        default="", description=_("编号、姓名、电话、证件号、地点或者原话；按个人信息找会留下记录")
    )
    opened_from: Moment | None = None
    opened_until: Moment | None = None
    cursor: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9_=\-]*$")
    limit: int = Field(default=50, ge=1, le=200)


class SightFilters(Filters):
    open_only: bool = True
    sort: Literal["due", "opened", "changed"] = "due"
    of: Code | None = Field(default=None, description=_("一个数字背后的事项（/figures 的 of）；起止时间按事情发生算"))


# ── what goes out ────────────────────────────────────────────────────────────────────────────────────────────
class Receipt(Schema):
    """`number` and `code` only for a report. `repeated`: this key had been seen, and this is what it did then."""

    entry: UUID
    matter: UUID
    proceeding: UUID
    number: str = ""
    code: str = ""
    repeated: bool


class Row(Schema):
    matter: UUID
    proceeding: UUID | None
    number: str
    title: str
    category: str
    grade: str
    channel: str
    place: str
    place_path: str
    procedure: str
    state: str
    holder: str
    holder_name: str
    assignee: UUID | None
    assignee_name: str
    due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    protected: bool
    supervised: bool
    returns: int
    followers: int
    steps: list[str]


class Rows(Schema):
    """A page without a count. `next` is the cursor of the following page, "" on the last."""

    items: list[Row]
    next: str


class Offer(Schema):
    """A step that this caller may take. With a `refusal` it is blocked now, and that sentence says why."""

    step: str
    label: str
    refusal: str
    danger: bool
    fields: list[str]


class Due(Schema):
    """When it is due (None while it stands still without end), why so, and by which law."""

    at: datetime | None
    why: list[str]
    law: str


class RunningTerm(Schema):
    name: str
    label: str
    status: str
    rule: str
    started_at: datetime
    promised: bool
    due: Due | None
    missing_year: int | None


class Proceeding(Schema):
    id: UUID
    procedure: str
    version: int
    state: str
    state_label: str
    slot: str
    parent: UUID | None
    holder: str
    holder_name: str
    assigned: dict[str, str]
    supervised: bool
    open: bool
    opened_at: datetime
    terms: list[RunningTerm]
    offers: list[Offer]


class ProceedingOffers(Schema):
    proceeding: UUID
    procedure: str
    state: str
    offers: list[Offer]


class Party(Schema):
    role: str
    subject: UUID
    name: str
    masked: list[str]


class Representative(Schema):
    """Who acts for a party: `scope` are acts, or "all"; `standing`: now, over, ended."""

    id: UUID
    role: str
    name: str
    kind: str
    scope: list[str]
    proof: str
    expires: date | None
    standing: str
    entry: UUID


class Paper(Schema):
    id: UUID
    name: str
    mime: str
    size: int
    pages: int | None
    entry: UUID | None
    created_at: datetime


class Link(Schema):
    matter: UUID
    number: str
    title: str


class Entry(Schema):
    id: UUID
    seq: int
    proceeding: UUID
    procedure: str
    step: str
    label: str
    from_state: str
    to_state: str
    actor_kind: str
    actor_name: str
    agency: str
    happened_at: datetime
    recorded_at: datetime
    undone: bool
    values: dict[str, Any]
    erased: list[str]


class Entries(Schema):
    items: list[Entry]


class Matter(Schema):
    id: UUID
    number: str
    title: str
    protected: bool
    state: str
    procedure: str
    holder: str
    leader: UUID | None
    followers: int
    returns: int
    happened_at: datetime
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    archived_at: datetime | None
    facts: dict[str, Any]
    proceedings: list[Proceeding]
    parties: list[Party]
    representatives: list[Representative]
    papers: list[Paper]
    links: list[Link]


class Revealed(Schema):
    concept: str
    value: str


class ChainFault(Schema):
    kind: str
    seq: int
    last_seq: int
    entry: UUID | None
    sentence: str


class Verified(Schema):
    whole: bool
    faults: list[ChainFault]


class PublicStep(Schema):
    sentence: str
    at: datetime
    office: str


class Progress(Schema):
    """What a receipt code shows: never content, never names of people."""

    proceeding: UUID
    number: str
    procedure: str
    state: str
    state_label: str
    office: str
    office_phone: str
    opened_at: datetime
    promised: Due | None
    answered_with_leader_by: datetime | None = Field(description=_("并到别的事项里办的：那一件最晚什么时候答复"))
    steps: list[PublicStep]
    offers: list[Offer]


class Read(Schema):
    at: datetime
    office: str
    purpose: str
    purpose_label: str


class Reads(Schema):
    items: list[Read]


class HeldPost(Schema):
    id: UUID
    kind: str
    title: str
    path: str
    agency: str
    deputy: bool


class Me(Schema):
    kind: str
    name: str
    scopes: list[str]
    agency: str
    posts: list[HeldPost]
