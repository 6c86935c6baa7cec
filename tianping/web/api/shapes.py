"""The shapes of what everybody may know: declarations, packs, offices, places."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from tianping.web.api.schemas import Strict


class State(Schema):
    """`final`: what follows when the procedure ends here, "" for a state in which it goes on."""

    name: str
    label: str
    final: str


class ProcedureSummary(Schema):
    """`digest` is the SHA-256 of the declaration."""

    name: str
    label: str
    version: int
    digest: str
    states: list[State]


class Procedures(Schema):
    items: list[ProcedureSummary]


class By(Schema):
    """One clause of the permission table; see docs/admin/api.md."""

    who: str
    kind: str = ""
    at: str = ""
    every: bool = False
    proof: str = ""
    outcomes: list[str] = []


class Step(Schema):
    """`sources`: states, "@start" or "@open" (any that is not final). `target`: None stays, "@back" ends a pause.

    `form` is a JSON Schema; "x-concept" and "x-type" in its properties name concept and type.
    """

    name: str
    label: str
    sources: list[str]
    target: str | None
    automatic: bool
    danger: bool
    reversible: bool
    public: str
    guards: list[str]
    by: list[By]
    form: dict[str, Any]


class Term(Schema):
    name: str
    label: str
    rule: str
    runs: list[str]
    pauses: list[str]
    restarts: list[str]
    promised: bool


class Procedure(ProcedureSummary):
    steps: list[Step]
    terms: list[Term]


class Category(Schema):
    code: str
    name: str
    parent: str | None
    event_type: str | None
    city_matter: str | None
    civil_cause: str | None
    protected: str | None
    dispute: bool
    source: str
    verified: str


class Categories(Schema):
    items: list[Category]


class Grade(Schema):
    code: str
    name: str
    label: str
    criteria: str
    term: str


class Grades(Schema):
    items: list[Grade]


class Agency(Schema):
    code: str
    path: str
    name: str
    short_name: str
    kind: str
    phone: str


class Agencies(Schema):
    items: list[Agency]


class Where(Strict):
    """A point in degrees of CGCS2000, or words."""

    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    words: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class Place(Schema):
    grid: str
    agency_path: str
    address: str
    reason: str
