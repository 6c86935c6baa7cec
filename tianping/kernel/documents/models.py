"""Files, stored once under the hash of their content."""

from django.db import models
from uuid_utils.compat import uuid7


class Document(models.Model):
    """A file of a matter. `sha256` names the stored content; `kind` is a declared document kind, or empty."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField(null=True)
    entry_id = models.UUIDField(null=True)
    owner = models.CharField(max_length=80, blank=True)  # who may attach it: the key of the uploader
    kind = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    pages = models.IntegerField(null=True)
    scanned = models.CharField(max_length=10, default="none")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "document"
        indexes = [
            models.Index(fields=["jurisdiction", "matter_id"], name="document_matter"),
            models.Index(fields=["jurisdiction", "sha256"], name="document_sha256"),
        ]


class Upload(models.Model):
    """A file on its way, in chunks; it becomes a Document when the last one has come."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    owner = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "upload"
