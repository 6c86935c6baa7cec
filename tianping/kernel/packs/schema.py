"""What a pack file may hold: one struct per kind of row, unknown fields refused.

Every row carries `code` and, unless its file or pack says it for all, `effective_from`: the first day on which this
installation uses the row (for law, the day it came into force). `effective_to` is the first day on which it no
longer counts. `verified` says how its source was read: V in the text itself, V2 in a transcription, news or local
paper, U not checked.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import get_language

Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.\-]{1,64}$")]
Label = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,40}$")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Verified = Literal["V", "V2", "U"]
Protected = Literal["violence", "minor", "threat_to_life", "complaint"]
Mediation = Literal[
    "婚姻家庭",
    "邻里",
    "房屋宅基地",
    "合同",
    "生产经营",
    "损害赔偿",
    "山林土地",
    "征地拆迁",
    "环境污染",
    "劳动争议",
    "消费",
    "医疗",
    "道路交通",
    "物业",
    "其他",
]
AgencyKind = Literal[
    "county",
    "centre",
    "bureau",
    "branch",
    "member",
    "court",
    "legal_aid",
    "hotline",
    "town",
    "governance_office",
    "mediation_committee",
    "police_station",
    "community",
    "village",
]
PostKind = Literal[
    "dispatcher",
    "registrar",
    "supervisor",
    "leader",
    "protector",
    "auditor",
    "security_admin",
    "system_admin",
    "archivist",
    "pack_editor",
    "handler",
    "head",
    "grid_worker",
    "mediator",
    "clerk",
    "judge",
]
Channel = Literal["window", "phone", "web", "police", "letter", "import"]
Datum = Literal["CGCS2000", "WGS-84", "GCJ-02"]


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every row has; a file's or pack's default fills dates, source and mark."""

    code: Code
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    source: str = ""
    verified: Verified | None = None


class Division(Row, frozen=True):
    """An administrative division by its statistical code: 2, 4, 6, 9 or 12 digits."""

    name: Text
    level: Literal["province", "city", "county", "town", "village"]
    parent: str | None = None


class EventType(Row, frozen=True):
    """GB/T 31000-2015, 事件类型: two digits, or four under a class."""

    name: Text
    parent: str | None = None


class EventScale(Row, frozen=True):
    """GB/T 31000-2015, 事件规模."""

    name: Text


class CityMatter(Row, frozen=True):
    """GB/T 47678.5-2026: a matter of city management, five digits."""

    category: Text
    name: Text


class CityComponent(Row, frozen=True):
    """GB/T 47678.5-2026: a thing that the city manages, five digits."""

    category: Text
    name: Text


class CivilCause(Row, frozen=True, kw_only=True):
    """民事案件案由: `108` at the third level, `108.3` under it; `part` is the first level, `section` the second."""

    name: Text
    level: Literal[3, 4]
    parent: str | None = None
    part: Text
    section_no: int
    section: Text


class CaseTypeMark(Row, frozen=True):
    """A court's case type by four digits and its 类型代字; several types share one mark, so the mark is no key."""

    name: Text
    mark: str | None = None


class Retention(Row, frozen=True):
    """How long something is kept, or when it goes to the archive. `years` None means for ever."""

    name: Text
    name_en: Text
    applies_to: Text
    action: Literal["keep", "transfer"]
    years: Annotated[int, msgspec.Meta(ge=1, le=200)] | None
    basis: Text
    local: bool = False


class Category(Row, frozen=True):
    """A class (`parent` None) or a leaf of the taxonomy; a code that fits nowhere in a standard stays None."""

    name: Text
    name_en: Text
    parent: str | None = None
    event_type: str | None = None
    city_matter: str | None = None
    civil_cause: str | None = None
    mediation: Mediation | None = None
    protected: Protected | None = None
    dispute: bool = False
    keywords: list[Text] = []


class Grade(Row, frozen=True):
    """A grade of a matter, never of a person. `term` is the code of the term rule for its answer."""

    name: Text
    name_en: Text
    label: Text
    label_en: Text
    criteria: Text
    criteria_en: Text
    term: Text
    order: int


class RoutingRule(Row, frozen=True, kw_only=True):
    """A declared suggestion: to `agency`, or to the agency of kind `at` (part of `under`, if named) that
    serves the place.

    It applies when the place is in one of `places` (if any are named) and either a category or a keyword fits;
    the category `*` fits every matter that is not protected.
    """

    agency: Label | None = None
    at: AgencyKind | None = None
    under: Label | None = None
    categories: list[Text] = []
    keywords: list[Text] = []
    places: list[Text] = []
    weight: Annotated[int, msgspec.Meta(ge=-5, le=5)] = 0
    duty: Text
    duty_en: Text


class AnswerTemplate(Row, frozen=True):
    """Text for an answer, a notice or a return; `{name}` marks what is filled in, and `fields` lists those names.

    `categories`: classes or leaves for which it is meant; none for any.
    """

    kind: Literal["receipt", "ask_more", "accept", "return", "progress", "answer", "close", "reopen", "protected"]
    name: Text
    name_en: Text
    text: Text
    text_en: Text
    fields: list[Text] = []
    categories: list[Text] | msgspec.UnsetType = msgspec.UNSET  # unset, a row reads as before there were any


class Agency(Row, frozen=True):
    """An office. `code` is its label in the tree; `serves` names the agencies whose places it looks after."""

    code: Label
    name: Text
    name_en: Text
    short: Text
    kind: AgencyKind
    parent: Label | None
    phone: Annotated[str, msgspec.Meta(pattern=r"^[0-9][0-9\-]{2,14}$")]
    capacity: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    division: str | None = None
    serves: list[Label] = []


class OfficeName(Row, frozen=True):
    """What letters and replies call an agency, beside its own names; used when records of elsewhere are imported."""

    agency: Label
    names: list[Text]


class Person(Row, frozen=True):
    """Somebody with a log-in; `code` is the log-in name."""

    code: Label
    name: Text
    email: Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+$")]
    phone: str = ""


class Post(Row, frozen=True):
    """A person's role in an agency; a grid worker's post names the grids."""

    kind: PostKind
    name: Text
    agency: Label
    person: Label
    deputy: bool = False
    grids: list[Text] = []


class AddressRow(Row, frozen=True):
    """A known address with its point in degrees; `names` are what people call it, longest first."""

    address: Text
    names: list[Text]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    grid: Text
    division: Text


class GridFeature(Row, frozen=True):
    """The properties of a grid's feature in a GeoJSON file; the ring itself is checked by the places module."""

    name: Text
    agency: Label
    division: Text


class Scenario(Row, frozen=True):
    """A short report as a citizen tells it, for the demonstration."""

    title: Text
    text: Text
    category: Text
    place: str | None
    channel: Channel
    grade: Text


KINDS: dict[str, type[Row] | None] = {
    "division": Division,
    "event_type": EventType,
    "event_scale": EventScale,
    "city_matter": CityMatter,
    "city_component": CityComponent,
    "civil_cause": CivilCause,
    "case_type_mark": CaseTypeMark,
    "retention": Retention,
    "category": Category,
    "grade": Grade,
    "routing": RoutingRule,
    "answer_template": AnswerTemplate,
    "agency": Agency,
    "office_name": OfficeName,
    "person": Person,
    "post": Post,
    "address": AddressRow,
    "grid": GridFeature,
    "scenario": Scenario,
    "term_rule": None,  # the clock knows what these two hold
    "calendar": None,
}
# Loaded into tables of their own, or only ever read from the folder: not rows of `pack_row`.
NOT_STORED = frozenset({"person", "post", "scenario"})


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a pack and what holds for all its rows."""

    file: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]+\.(csv|json|geojson)$")]
    source: str = ""
    verified: Verified | None = None
    effective_from: dt.date | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`pack.json`. `jurisdiction` is set by a local pack; `fictional` says that nothing in it exists."""

    name: Label
    title: Text
    version: Text
    effective_from: dt.date
    source: Text
    licence: Text
    files: dict[str, FileEntry]
    notes: list[Text] = []
    jurisdiction: str | None = None
    fictional: bool = False


def local(row: Any, field: str) -> str:
    """`row.field` in the reader's language: the English twin when there is one and English is asked for."""
    twin = getattr(row, f"{field}_en", "")
    return str(twin if twin and (get_language() or "").startswith("en") else getattr(row, field))


def placeholders(text: str) -> set[str]:
    """The names between braces in an answer template."""
    return set(re.findall(r"\{([a-z_]+)\}", text))
