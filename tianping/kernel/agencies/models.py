"""The tree of offices, posts and the people who hold them; recusal; the record of who read what."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from uuid_utils.compat import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who logs in: a person with posts (`staff`), or a citizen who has proved who they are."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    jurisdiction = models.CharField(max_length=12)
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    kind = models.CharField(max_length=8, default="staff", choices=[("staff", "staff"), ("citizen", "citizen")])
    subject_id = models.UUIDField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        db_table = "account"


class Agency(models.Model):
    """An office. `path` is the dotted codes from the root, ending with a dot, compared byte by byte."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    code = models.CharField(max_length=40)
    path = models.CharField(max_length=400, db_collation="C")
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    short_name = models.CharField(max_length=20)
    kind = models.CharField(max_length=30)
    phone = models.CharField(max_length=30, blank=True)
    capacity = models.IntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "agency"
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "code"], name="agency_code"),
            models.UniqueConstraint(fields=["jurisdiction", "path"], name="agency_path"),
        ]


class Post(models.Model):
    """A place in an office with a kind (dispatcher, handler, supervisor ...) that steps name."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    agency_id = models.UUIDField()
    path = models.CharField(max_length=400, db_collation="C")
    kind = models.CharField(max_length=30)

    class Meta:
        db_table = "post"
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "path", "kind"], name="post_once")]


class Appointment(models.Model):
    """Who holds a post, from when to when, away when, and whether as somebody's deputy."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    post_id = models.UUIDField()
    user_id = models.UUIDField()
    title = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True)
    deputy = models.BooleanField(default=False)
    away_from = models.DateField(null=True)
    away_until = models.DateField(null=True)

    class Meta:
        db_table = "appointment"
        indexes = [models.Index(fields=["jurisdiction", "user_id"], name="appointment_user")]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "post_id", "user_id", "since"], name="appointment_once")
        ]


class Recusal(models.Model):
    """A declared interest: this person does not handle matters of the party with this blind index (回避)."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    user_id = models.UUIDField()
    blind = models.BinaryField()
    why = models.CharField(max_length=200)
    declared_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "recusal"
        indexes = [models.Index(fields=["jurisdiction", "user_id"], name="recusal_user")]


class AccessRecord(models.Model):
    """Who read personal data, of which matter, for what purpose. Written in the transaction of the read, or no read."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField()
    user_id = models.UUIDField(null=True)
    subject_id = models.UUIDField(null=True)
    agency = models.CharField(max_length=400, db_collation="C", blank=True)
    purpose = models.CharField(max_length=40)
    matter_id = models.UUIDField(null=True)
    what = models.JSONField()
    rows = models.IntegerField(default=1)

    class Meta:
        db_table = "access_record"
        indexes = [
            models.Index(fields=["jurisdiction", "at"], name="access_at"),
            models.Index(fields=["jurisdiction", "user_id", "at"], name="access_user"),
            models.Index(fields=["jurisdiction", "matter_id"], name="access_matter"),
        ]


class AdminChange(models.Model):
    """What an administrator changed: who, when, what, before and after. Written in the transaction of the change; never rewritten."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    at = models.DateTimeField()
    user_id = models.UUIDField()
    what = models.CharField(max_length=40)
    about = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        db_table = "admin_change"
        indexes = [models.Index(fields=["jurisdiction", "at"], name="admin_change_at")]
