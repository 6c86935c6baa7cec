"""Grids and places: whose patch a point lies in, and the addresses that are known."""

import uuid_utils.compat
from django.db import models


class Grid(models.Model):
    """One version of a grid: a polygon that is somebody's responsibility on the days of its period."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid_utils.compat.uuid7)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    agency_path = models.TextField(db_collation="C")
    polygon = models.JSONField()
    datum = models.CharField(max_length=10)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)

    class Meta:
        db_table = "grid"
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "code", "effective_from"], name="grid_version"),
        ]


class Place(models.Model):
    """An address with its point, in degrees of the datum; empty where only words are known."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid_utils.compat.uuid7)
    address = models.TextField()
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lat = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    datum = models.CharField(max_length=10)
    grid_code = models.CharField(max_length=32, blank=True)
    division_code = models.CharField(max_length=12, blank=True)

    class Meta:
        db_table = "place"
        indexes = [
            models.Index(fields=["jurisdiction", "address"], name="place_address"),
            models.Index(fields=["jurisdiction", "grid_code"], name="place_grid"),
        ]
