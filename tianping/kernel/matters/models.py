"""The tables of the record. They are read through these models and written only by `store` in this folder."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from uuid_utils.compat import uuid7


class Matter(models.Model):
    """What somebody brought. Everything but id, centre and reporter is derived from its entries.

    `path` decides which subtree sees it, `audience` holds the keys of everybody else who may; a protected matter has
    an empty path. `head` and `head_seq` are the end of its chain, and its lock.
    """

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    number = models.CharField(max_length=40)
    number_year = models.SmallIntegerField()
    number_seq = models.BigIntegerField()
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=40, db_collation="C", blank=True)
    grade = models.CharField(max_length=8, blank=True)
    channel = models.CharField(max_length=16, blank=True)
    place = models.CharField(max_length=200, blank=True)
    grid = models.CharField(max_length=40, blank=True)
    centre = models.CharField(max_length=400, db_collation="C")
    path = models.CharField(max_length=400, db_collation="C")
    place_path = models.CharField(max_length=400, db_collation="C", blank=True)
    audience = ArrayField(models.TextField(db_collation="C"))
    protected = models.BooleanField(default=False)
    leader = models.UUIDField(null=True)
    followers = models.IntegerField(default=0)
    procedure = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    holder = models.CharField(max_length=400, db_collation="C", blank=True)
    assignee = models.UUIDField(null=True)
    supervised = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    returns = models.IntegerField(default=0)
    happened_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    head = models.BinaryField()
    head_seq = models.IntegerField()
    head_sm3 = models.BinaryField(null=True)
    repeat = models.BinaryField(null=True)  # keyed digest of the words reported: equal words, equal digest

    class Meta:
        db_table = "matter"
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "number"], name="matter_number")]
        indexes = [  # those that serve the orders of a list stand in sql/0006_orders.sql
            models.Index(fields=["jurisdiction", "path", "due_at"], name="matter_path"),
            models.Index(fields=["jurisdiction", "state", "due_at"], name="matter_state"),
            models.Index(fields=["jurisdiction", "repeat"], name="matter_repeat"),
            models.Index(
                fields=["jurisdiction", "leader"], name="matter_leader", condition=models.Q(leader__isnull=False)
            ),
        ]


class Proceeding(models.Model):
    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField()
    procedure = models.CharField(max_length=40)
    version = models.IntegerField()
    state = models.CharField(max_length=40)
    slot = models.CharField(max_length=40, blank=True)
    parent = models.UUIDField(null=True)
    holder = models.CharField(max_length=400, db_collation="C", blank=True)
    assigned = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    pending = models.JSONField(default=dict)
    back = models.CharField(max_length=40, blank=True)
    supervised = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "proceeding"
        indexes = [models.Index(fields=["jurisdiction", "matter_id"], name="proceeding_matter")]


class Entry(models.Model):
    """One step taken. `body` are the exact canonical bytes that were hashed; the other columns derive from them, but for
    `recorded_at`, `key_digest` and `request`, which the centre assigns."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField()
    proceeding_id = models.UUIDField()
    seq = models.IntegerField()
    procedure = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    from_state = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=8)
    actor = models.UUIDField(null=True)
    agency = models.CharField(max_length=400, db_collation="C", blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    undone_by = models.UUIDField(null=True)
    key_digest = models.BinaryField(null=True)
    request = models.BinaryField(null=True)
    body = models.BinaryField()
    hash = models.BinaryField()
    prev = models.BinaryField(null=True)
    joined = models.BinaryField(null=True)
    sm3 = models.BinaryField(null=True)
    sm3_prev = models.BinaryField(null=True)
    sm3_joined = models.BinaryField(null=True)

    class Meta:
        db_table = "entry"
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "matter_id", "seq"], name="entry_seq"),
            models.UniqueConstraint(fields=["jurisdiction", "key_digest"], name="entry_key"),
        ]


class Sealed(models.Model):
    """A personal value of an entry, encrypted with its salt. Erasure empties `seed` and `blob`; the commitment stays."""

    pk = models.CompositePrimaryKey("jurisdiction", "entry_id", "field")
    jurisdiction = models.CharField(max_length=12)
    entry_id = models.UUIDField()
    field = models.CharField(max_length=40)
    matter_id = models.UUIDField()
    concept = models.CharField(max_length=40)
    kek = models.CharField(max_length=60)
    seed = models.BinaryField(null=True)
    blob = models.BinaryField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sealed"
        indexes = [
            models.Index(fields=["jurisdiction", "matter_id"], name="sealed_matter"),
            models.Index(fields=["jurisdiction", "kek"], name="sealed_kek"),
        ]


class Fact(models.Model):
    """A value of one concept with its source entry; personal ones are in `Sealed` under (entry, field)."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField()
    concept = models.CharField(max_length=40)
    value = models.JSONField(null=True)
    entry_id = models.UUIDField()
    field = models.CharField(max_length=40)
    valid_from = models.DateTimeField()
    superseded_by = models.UUIDField(null=True)

    class Meta:
        db_table = "fact"
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "matter_id", "concept"],
                name="fact_current",
                condition=models.Q(superseded_by__isnull=True),
            )
        ]


class Term(models.Model):
    """A clock of a proceeding. `rule` is the rule as it stood when the clock started, with its law and article."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField()
    proceeding_id = models.UUIDField()
    name = models.CharField(max_length=40)
    rule_code = models.CharField(max_length=60)
    rule = models.JSONField()
    status = models.CharField(max_length=8)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    alarm_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    extensions = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "term"
        indexes = [
            models.Index(fields=["jurisdiction", "matter_id"], name="term_matter"),
            models.Index(
                fields=["jurisdiction", "alarm_at"], name="term_alarm", condition=models.Q(alarm_at__isnull=False)
            ),
        ]


class Todo(models.Model):
    """An open proceeding on the worklist of one key: `kind@agency path`, `person:<id>` or `subject:<id>`."""

    pk = models.CompositePrimaryKey("jurisdiction", "proceeding_id", "key")
    jurisdiction = models.CharField(max_length=12)
    proceeding_id = models.UUIDField()
    key = models.TextField(db_collation="C")
    matter_id = models.UUIDField()
    steps = ArrayField(models.TextField())
    procedure = models.CharField(max_length=40)
    state = models.CharField(max_length=40)
    category = models.CharField(max_length=40, db_collation="C", blank=True)
    grade = models.CharField(max_length=8, blank=True)
    place_path = models.CharField(max_length=400, db_collation="C", blank=True)
    due_at = models.DateTimeField()  # never null, so that one index sorts: without a term it is 9999-12-31
    since = models.DateTimeField()

    class Meta:
        db_table = "todo"
        indexes = [
            models.Index(fields=["jurisdiction", "key", "due_at", "proceeding_id"], name="todo_due"),
            models.Index(fields=["jurisdiction", "matter_id"], name="todo_matter"),
        ]


class Link(models.Model):
    pk = models.CompositePrimaryKey("jurisdiction", "matter_id", "other_id")
    jurisdiction = models.CharField(max_length=12)
    matter_id = models.UUIDField()
    other_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    entry_id = models.UUIDField()

    class Meta:
        db_table = "link"


class Outbox(models.Model):
    """What `advance` leaves for the sequencer. Its id orders nothing."""

    id = models.BigAutoField(primary_key=True)
    jurisdiction = models.CharField(max_length=12)
    matter_id = models.UUIDField()
    seq = models.IntegerField()
    entry_id = models.UUIDField()
    procedure = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)

    class Meta:
        db_table = "outbox"


class Feed(models.Model):
    """Committed entries in an order that never changes; every reader keeps a position in it."""

    pk = models.CompositePrimaryKey("jurisdiction", "position")
    jurisdiction = models.CharField(max_length=12)
    position = models.BigIntegerField()
    matter_id = models.UUIDField()
    seq = models.IntegerField()
    entry_id = models.UUIDField()
    procedure = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    to_state = models.CharField(max_length=40)
    fed_at = models.DateTimeField()

    class Meta:
        db_table = "feed"


class Cursor(models.Model):
    pk = models.CompositePrimaryKey("jurisdiction", "reader")
    jurisdiction = models.CharField(max_length=12)
    reader = models.CharField(max_length=40)
    position = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "cursor"


class Erasure(models.Model):
    """The register of lawful erasures, replayed after every restore. It names what was destroyed, never the value."""

    pk = models.CompositePrimaryKey("jurisdiction", "id")
    jurisdiction = models.CharField(max_length=12)
    id = models.UUIDField(default=uuid7)
    matter_id = models.UUIDField()
    concept = models.CharField(max_length=40)
    entry_id = models.UUIDField()
    record = models.BinaryField()
    erased_at = models.DateTimeField()

    class Meta:
        db_table = "erasure"
