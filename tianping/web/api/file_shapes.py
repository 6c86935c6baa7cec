"""The shapes of files."""

from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import Field, StringConstraints

from tianping.web.api.schemas import Strict

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$")]


class FileName(Strict):
    name: Name


class UploadIn(Strict):
    name: Name
    size: int = Field(ge=1, le=50 * 1024 * 1024, description=_("字节数"))


class Upload(Schema):
    """`received`: bytes that have come."""

    upload: UUID
    received: int
    repeated: bool


class Stored(Schema):
    """`mime` is what the content was found to be."""

    id: UUID
    name: str
    mime: str
    size: int
    repeated: bool
