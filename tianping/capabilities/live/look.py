"""What live updates ask the database: who listens, and which entries of the feed they may hear of."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections, connection, connections
from django.http import HttpRequest, parse_cookie

from tianping.capabilities.notices.store import waiting
from tianping.kernel.agencies import sessions
from tianping.kernel.agencies.models import User
from tianping.kernel.service import Actor, acting, citizen, posts_of, staff_actor

MOST = 500
FAR = 5000  # who is further behind is told to look at everything anew
POST = "post"  # the session's key for the post that somebody works in

# Row-level security on `matter` decides what is seen, here as everywhere.
_SEEN = """SELECT f.position, f.matter_id, f.procedure, f.to_state, f.step FROM feed f
 JOIN matter m ON m.jurisdiction = f.jurisdiction AND m.id = f.matter_id
 WHERE f.jurisdiction = %(j)s AND f.position > %(after)s AND f.position <= %(newest)s
   AND (%(matter)s::uuid IS NULL OR f.matter_id = %(matter)s::uuid) ORDER BY f.position LIMIT %(n)s"""
_NEWEST = "SELECT feed_newest()"


@dataclass(frozen=True, slots=True)
class Heard:
    """One entry of a matter that the listener may see: nothing personal, and no content."""

    position: int
    matter: UUID
    procedure: str
    state: str
    step: str


@dataclass(frozen=True, slots=True)
class News:
    """What came after a position. `position`: how far the listener has heard now; `skipped`: too much to tell one by one;
    `letters`: when the newest letter came that nobody has read."""

    position: int
    rows: list[Heard]
    more: bool = False
    skipped: bool = False
    letters: datetime | None = None


def who(cookies: str) -> Actor | None:
    """The actor of the browser's session, with the post that is worked in; None when nobody is logged in."""
    close_old_connections()
    request = HttpRequest()
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User) or not user.is_active or user.jurisdiction != settings.JURISDICTION:
        return None
    if sessions.over(request.session) or sessions.pending(request.session, user):
        return None
    if user.kind == "citizen":
        return citizen(user)
    try:
        post = UUID(request.session.get(POST, ""))
    except ValueError:
        post = None
    return staff_actor(user, posts_of(user), post)


def sees(actor: Actor, matter: UUID) -> bool:
    close_old_connections()
    with acting(actor), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM matter WHERE jurisdiction = %s AND id = %s", [actor.jurisdiction, matter])
        return cursor.fetchone() is not None


def news(actor: Actor, after: int | None, matter: UUID | None) -> News:
    """What the actor may hear of after that position; without one, only where the feed stands."""
    close_old_connections()
    letters = waiting(actor)[1]
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        newest = int(cursor.fetchone()[0])
        if after is None:
            return News(newest, [], letters=letters)
        if not newest - FAR <= after <= newest:  # long away, or a database that was restored
            return News(newest, [], skipped=True, letters=letters)
        cursor.execute(_SEEN, {"j": actor.jurisdiction, "after": after, "newest": newest, "matter": matter, "n": MOST})
        rows = [Heard(*row) for row in cursor.fetchall()]
    more = len(rows) == MOST
    return News(rows[-1].position if more else newest, rows, more, letters=letters)


def let_go() -> None:
    """Close this thread's connection."""
    connections.close_all()
