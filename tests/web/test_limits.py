"""Counting who comes how often."""

import pytest
from django.db import connection
from django.test import RequestFactory

from tianping.web import limits

pytestmark = pytest.mark.django_db


def test_the_limit_lets_through_as_many_as_it_says_and_no_more():
    assert [limits.limited("key", 2, 60) for _ in range(4)] == [False, False, True, True]


def test_keys_are_counted_apart():
    assert not limits.limited("one", 1, 60)
    assert not limits.limited("two", 1, 60)


def test_a_window_that_is_over_begins_again():
    assert not limits.limited("short", 1, 0)
    assert not limits.limited("short", 1, 0)


def test_nothing_readable_is_stored():
    limits.limited("code:203.0.113.9", 5, 60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM rate_window")
        assert all(b"203.0.113.9" not in bytes(row[0]) for row in cursor.fetchall())


def test_old_windows_are_swept(monkeypatch):
    limits.limited("old", 1, -1)
    monkeypatch.setattr(limits.secrets, "randbelow", lambda _most: 0)
    limits.limited("new", 1, 60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rate_window")
        assert cursor.fetchone()[0] == 1


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 198.51.100.2", "198.51.100.2"),
        ("127.0.0.1", "nonsense", "?"),
        ("2001:db8::5", "", "2001:db8::/64"),
        ("", "", "?"),
    ],
)
def test_only_our_own_proxy_may_name_the_caller(settings, remote, forwarded, found):
    settings.PROXIES = frozenset({"127.0.0.1"})
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert limits.address(request) == found
