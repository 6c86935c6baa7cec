"""Packs in the database: dated rows, and what was loaded when."""

import uuid_utils.compat
from django.db import models
from django.utils import timezone


class PackRow(models.Model):
    """One version of one row: it holds on the days from `effective_from` until before `effective_to`."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid_utils.compat.uuid7)
    pack = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=64)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    body = models.JSONField()
    source = models.TextField()
    verified = models.CharField(max_length=2)
    digest = models.BinaryField()

    class Meta:
        db_table = "pack_row"
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "kind", "code", "effective_from"], name="pack_row_version"),
            models.CheckConstraint(
                condition=models.Q(effective_to=None) | models.Q(effective_to__gt=models.F("effective_from")),
                name="pack_row_period",
            ),
        ]


class PackRelease(models.Model):
    """A load that changed something. Their ids tell a process whether its cache is old."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid_utils.compat.uuid7)
    pack = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    loaded_at = models.DateTimeField(default=timezone.now)
    digest = models.BinaryField()

    class Meta:
        db_table = "pack_release"
