import pytest
from django.db import connection, transaction

from tests.kernel.matters.conftest import Road


@pytest.fixture
def road(db):
    return Road


@pytest.fixture
def as_owner(db):
    """`as_owner(statement, values)`: as the owner of the tables, whom no policy and no missing right holds back."""

    def run(statement, values=()):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute(statement, values)
            cursor.execute("SET LOCAL ROLE tianping_app")

    return run
