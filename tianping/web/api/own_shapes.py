"""What a citizen sees of their own matters, as it goes out."""

from datetime import datetime
from uuid import UUID

from ninja import Schema

from tianping.web.api.schemas import Paper, Representative


class Own(Schema):
    matter: UUID
    number: str
    title: str
    opened_at: datetime
    on_behalf: bool


class OwnFact(Schema):
    name: str
    label: str
    value: str


class OwnEntry(Schema):
    at: datetime
    what: str
    who: str
    text: str
    undone: bool
    hash: str
    files: list[UUID]


class OwnContent(Schema):
    """What the caller told, and what they were answered."""

    number: str
    title: str
    facts: list[OwnFact]
    entries: list[OwnEntry]
    representatives: list[Representative]
    papers: list[Paper]
    answer: str
    answered_at: datetime | None


class Owns(Schema):
    items: list[Own]
