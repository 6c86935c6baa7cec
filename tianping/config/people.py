"""Finding the people that commands act for."""

from uuid import UUID

from tianping.kernel.agencies.actors import posts_of, staff_actor
from tianping.kernel.agencies.models import Appointment, Post, User
from tianping.kernel.lifecycle.state import Actor


def importer(username: str = "") -> Actor | None:
    """The dispatcher in whose name an import runs: the one named, or the first of the governance centre."""
    return _holder("dispatcher", username)


def security_administrator(username: str = "") -> Actor | None:
    """The security administrator in whose name a command changes rights: the one named, or the first."""
    return _holder("security_admin", username)


def named(username: str) -> User | None:
    """Somebody who works here and whose account is open."""
    from django.conf import settings  # noqa: PLC0415  # after setup

    return User.objects.filter(
        username=username, jurisdiction=settings.JURISDICTION, kind="staff", is_active=True
    ).first()


def post_named(user: User, name: str) -> UUID | None:
    """The post that somebody holds today, by `kind@path`."""
    return next((p.id for p in posts_of(user) if f"{p.kind}@{p.path}" == name), None)


def _holder(kind: str, username: str) -> Actor | None:
    from django.conf import settings  # noqa: PLC0415  # after setup

    jurisdiction = settings.JURISDICTION
    if username:
        users = User.objects.filter(username=username, is_active=True)
    else:
        posts = Post.objects.filter(jurisdiction=jurisdiction, kind=kind).order_by("path").values_list("id", flat=True)
        holders = Appointment.objects.filter(jurisdiction=jurisdiction, post_id__in=list(posts[:1]), until=None)
        users = User.objects.filter(id__in=list(holders.values_list("user_id", flat=True))).order_by("username")
    user = users.first()
    actor = staff_actor(user) if user is not None else None
    return actor if actor is not None and any(k.startswith(f"{kind}@") for k in actor.keys) else None
