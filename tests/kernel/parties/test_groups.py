"""One person in several rows, as the database finds them."""

from uuid import uuid4

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_planner_takes_a_person_for_one_row():
    """A search by name goes through people: taken for a thousand rows each, it would read every party there is."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) SELECT * FROM subject_group('990101', %s)", [uuid4()])
        ((plan,),) = cursor.fetchone()
    assert plan["Plan"]["Plan Rows"] == 1
