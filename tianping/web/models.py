"""What the doors keep for themselves: tokens of programs, and how often somebody came."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7


class ApiToken(models.Model):
    """A program's right to act for a person, within scopes. Only the digest of the token is kept."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    digest = models.BinaryField(unique=True)
    user_id = models.UUIDField()
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.TextField())
    post_id = models.UUIDField(null=True)  # the one post it acts for; None: all posts of the person
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"
        indexes = [models.Index(fields=["jurisdiction", "user_id"], name="api_token_user")]


class RateWindow(models.Model):
    """A counter in a fixed window; see `limits`."""

    key = models.BinaryField(primary_key=True)
    ends_at = models.DateTimeField(db_index=True)
    hits = models.IntegerField()

    class Meta:
        db_table = "rate_window"


class ProofCode(models.Model):
    """A one-time code on its way to a phone: its digest and the phone's blind index, never the two themselves."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    blind = models.BinaryField()
    digest = models.BinaryField()
    tries = models.IntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "proof_code"


class SavedFilter(models.Model):
    """A list that somebody keeps for themselves: what it asks, as the address says it."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    user_id = models.UUIDField()
    name = models.CharField(max_length=12)
    address = models.CharField(max_length=1000)

    class Meta:
        db_table = "saved_filter"
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "user_id", "name"], name="saved_filter_name")]


class ApiAnswer(models.Model):
    """What a write answered under one Idempotency-Key: ids, never a secret and nothing personal."""

    pk = models.CompositePrimaryKey("jurisdiction", "digest")
    jurisdiction = models.CharField(max_length=12)
    digest = models.BinaryField()  # of whose key it is and the key
    owner = models.CharField(max_length=120)
    request = models.BinaryField()  # keyed digest of what was asked
    body = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "api_answer"
        indexes = [models.Index(fields=["jurisdiction", "owner", "made_at"], name="api_answer_owner")]
