"""The shapes of administration: offices, posts, people, tokens, packs, the record of changes."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from tianping.kernel.agencies.administer import KINDS, POSTS
from tianping.web.api import schemas
from tianping.web.api.desk_shapes import Cursor, Text
from tianping.web.api.schemas import Path, Strict
from tianping.web.api.tokens import LONGEST_DAYS

_LINE = r"^[^\x00-\x1f\x7f]*$"
_SAID = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"  # one line that says something
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_SAID)]
Email = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+)?$")
]
PersonName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=_SAID)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=_SAID)]
Phone = Annotated[str, StringConstraints(max_length=30, pattern=_LINE)]
Why = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=_SAID),
]
NewCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
if TYPE_CHECKING:
    OfficeKind = str
    PostKind = str
else:
    OfficeKind = Literal[tuple(KINDS)]
    PostKind = Literal[tuple(POSTS)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_.\-]+$")]
Day = Annotated[schemas.Day, Field(ge=date(1949, 10, 1), le=date(2199, 12, 31))]
# Those of tokens.SCOPES; a test holds the two together.
Scope = Literal["report", "read", "advance", "files", "export", "own", "admin.read", "admin.write"]


class Office(Schema):
    path: str
    code: str
    name: str
    name_en: str
    short: str
    kind: str
    phone: str
    capacity: int
    active: bool


class OfficeTree(Schema):
    items: list[Office]


class OfficeIn(Strict):
    parent: Path
    code: NewCode
    name: Name
    short: Short
    kind: OfficeKind
    name_en: Annotated[str, StringConstraints(max_length=120, pattern=_LINE)] = ""
    phone: Phone = ""
    capacity: int = Field(default=0, ge=0, le=100_000)


class OfficeChange(Strict):
    """Only what is given is changed."""

    name: Name | None = None
    short: Short | None = None
    name_en: Annotated[str, StringConstraints(max_length=120, pattern=_LINE)] | None = None
    phone: Phone | None = None
    capacity: int | None = Field(default=None, ge=0, le=100_000)
    active: bool | None = None


class Changed(Schema):
    """What was made or changed, by its path or id."""

    id: str
    repeated: bool


class Holder(Schema):
    """`standing`: now, later, over, away."""

    appointment: UUID
    user: UUID
    name: str
    username: str
    title: str
    since: date
    until: date | None
    deputy: bool
    away_from: date | None
    away_until: date | None
    standing: str


class Post(Schema):
    id: UUID
    kind: str
    holders: list[Holder]


class Posts(Schema):
    items: list[Post]


class PostIn(Strict):
    kind: PostKind


class AppointmentIn(Strict):
    user: UUID
    title: Annotated[str, StringConstraints(max_length=60, pattern=_LINE)] = ""
    since: Day
    until: Day | None = None
    deputy: bool = False


class EndIn(Strict):
    until: Day


class LeaveIn(Strict):
    """Both without a day: the leave is over."""

    away_from: Day | None = None
    away_until: Day | None = None


class PostOfPerson(Schema):
    office: str
    title: str
    kind: str


class Account(Schema):
    user: UUID
    username: str
    name: str
    email: str
    active: bool
    second_factor: bool
    phone: bool
    posts: list[PostOfPerson]


class Accounts(Schema):
    items: list[Account]


class Find(Strict):
    q: Text = ""


class PersonIn(Strict):
    username: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{2,59}$")]
    name: PersonName
    email: Email = ""


class PersonChange(Strict):
    name: PersonName
    email: Email = ""


class NewPerson(Schema):
    """`password` is told once; a repeated request gets it empty."""

    username: str
    password: str
    repeated: bool


class WhyIn(Strict):
    why: Why


class PhoneIn(Strict):
    """An empty text takes the number away. It is never read back."""

    phone: Phone


class TokenIn(Strict):
    user: UUID
    name: Name
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    days: int = Field(default=90, ge=1, le=LONGEST_DAYS)
    post: UUID | None = Field(default=None, description=_("只用这一个岗位的权；不写就是这个人所有岗位的"))


class NewToken(Schema):
    """`token` is told once; a repeated request gets it empty."""

    id: UUID
    token: str
    expires_at: datetime
    repeated: bool


class Token(Schema):
    """`standing`: works, over, revoked."""

    id: UUID
    name: str
    user: UUID
    username: str
    person: str
    scopes: list[str]
    post: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    standing: str


class Tokens(Schema):
    items: list[Token]


class Sheet(Schema):
    """What stands now, as rows of the sheet that comes back."""

    columns: list[str]
    rows: list[list[Any]]


class SheetIn(Strict):
    """Without `keep` the rows are only tried. With it they are kept, if every one of them holds."""

    rows: list[dict[str, str | int | float | None]] = Field(min_length=1, max_length=5000)
    keep: bool = False


class TriedRow(Schema):
    """`done`: new, changed, same; or "" with what is wrong. `secret`: the first password of a new person, told once."""

    row: int
    about: str
    done: str
    detail: str
    secret: str


class TriedSheet(Schema):
    kept: bool
    rows: list[TriedRow]
    repeated: bool


class Change(Schema):
    at: datetime
    name: str
    what: str
    about: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Changes(Schema):
    items: list[Change]
    next: str


class Before(Strict):
    before: Cursor = ""


class PackKind(Schema):
    """`unverified`: how many of its rows nobody has held against the text yet."""

    kind: str
    rows: int
    unverified: int


class Release(Schema):
    pack: str
    version: str
    loaded_at: datetime


class Packs(Schema):
    kinds: list[PackKind]
    releases: list[Release]


class PackRows(Strict):
    q: Annotated[str, StringConstraints(max_length=40, pattern=_LINE)] = ""
    unverified: bool = False


class PackLine(Schema):
    """`verified`: V in the text itself, V2 in a transcription, U not."""

    pack: str
    code: str
    name: str
    since: date
    until: date | None
    source: str
    verified: str
    body: dict[str, Any]


class PackLines(Schema):
    items: list[PackLine]
