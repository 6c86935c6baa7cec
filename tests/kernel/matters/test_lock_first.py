"""The wall at run time: whoever did not lock the chain by kernel/matters changes nothing of where a matter stands."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.kernel.matters.stored import J
from tests.people import actor
from tianping.kernel.agencies.acting import acting
from tianping.kernel.matters.snapshot import lock

pytestmark = pytest.mark.django_db
CHANGES = {
    "matter": "UPDATE matter SET state = 'closed' WHERE id = %(m)s",
    "matter, by whoever may see nothing": "UPDATE matter SET holder = 'qingxi.x.' WHERE jurisdiction = '990101'",
    "proceeding": "UPDATE proceeding SET state = 'closed' WHERE matter_id = %(m)s",
    "term": "UPDATE term SET due_at = now() + interval '9 days' WHERE matter_id = %(m)s",
    "fact": "UPDATE fact SET superseded_by = NULL WHERE matter_id = %(m)s",
    "entry": "UPDATE entry SET undone_by = id WHERE matter_id = %(m)s",
    "todo": "DELETE FROM todo WHERE matter_id = %(m)s",
    "todo, changed": "UPDATE todo SET state = 'closed' WHERE matter_id = %(m)s",
    "another entry": "INSERT INTO entry SELECT * FROM json_populate_recordset(NULL::entry,"
    " (SELECT json_agg(to_jsonb(e) || jsonb_build_object('id', gen_random_uuid(), 'seq', 99)) FROM entry e WHERE matter_id = %(m)s))",
    "another to-do row": "INSERT INTO todo SELECT * FROM json_populate_recordset(NULL::todo,"
    ' (SELECT json_agg(to_jsonb(t) || \'{"key": "handler@qingxi.x."}\') FROM todo t WHERE matter_id = %(m)s))',
}


def changed(statement, matter, who="dispatcher", *, locked=False):
    """How many rows it changed; 0 where the database refused."""
    with acting(actor(who)), connection.cursor() as cursor:
        if locked:
            lock(J, [matter], None)
        try:
            with transaction.atomic():
                cursor.execute(statement, {"m": matter})
        except DatabaseError as error:
            if "row-level security" in str(error) or "permission denied" in str(error):
                return 0
            raise
        return cursor.rowcount


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_nothing_is_written_without_the_lock(road, statement):
    one = road().to("dispatch")
    assert changed(statement, one.matter) == 0


@pytest.mark.parametrize("table", ["matter", "proceeding", "term", "todo", "another to-do row"])
def test_with_the_lock_it_is(road, table):
    """Otherwise the test above shows nothing."""
    one = road().to("dispatch")
    assert changed(CHANGES[table], one.matter, locked=True) > 0


def test_a_lock_of_another_matter_is_none(road):
    one, other = road().to("dispatch"), road()
    with acting(actor("dispatcher")), connection.cursor() as cursor:
        lock(J, [other.matter], None)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(CHANGES["matter"], {"m": one.matter})
