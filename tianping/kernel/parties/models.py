"""Persons and organisations, their roles in matters, who may act for them."""

from django.db import models
from uuid_utils.compat import uuid7


class Subject(models.Model):
    """A person or an organisation. Its names and numbers are sealed values of entries; `Identifier` finds them."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    kind = models.CharField(max_length=12, default="person")
    merged_into = models.UUIDField(null=True)
    protected = models.BooleanField(default=False)
    minor = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "subject"


class Identifier(models.Model):
    """A keyed blind index over one sealed value (entry, field) of a subject; the value itself is not here."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    blind = models.BinaryField()
    matter_id = models.UUIDField()
    entry_id = models.UUIDField()
    field = models.CharField(max_length=40)

    class Meta:
        db_table = "identifier"
        indexes = [
            models.Index(fields=["jurisdiction", "blind"], name="identifier_blind"),
            models.Index(fields=["jurisdiction", "subject_id"], name="identifier_subject"),
        ]


class Party(models.Model):
    """The role of a subject in a matter."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField()
    subject_id = models.UUIDField()
    role = models.CharField(max_length=20)
    code_digest = models.BinaryField(null=True)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "party"
        indexes = [
            models.Index(fields=["jurisdiction", "matter_id"], name="party_matter"),
            models.Index(fields=["jurisdiction", "subject_id"], name="party_subject"),
        ]
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "code_digest"], name="party_code")]


class Representation(models.Model):
    """Who acts for a subject in one matter, in which acts, shown by what, through which day. Ended, never changed."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    principal = models.UUIDField()
    agent = models.UUIDField()
    kind = models.CharField(max_length=20)
    matter_id = models.UUIDField()
    role = models.CharField(max_length=20)
    scope = models.JSONField(default=list)
    proof = models.CharField(max_length=30)
    document_id = models.UUIDField(null=True)
    expires = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "representation"
        indexes = [
            models.Index(fields=["jurisdiction", "agent"], name="representation_agent"),
            models.Index(fields=["jurisdiction", "matter_id"], name="representation_matter"),
        ]
