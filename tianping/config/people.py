"""Finding the people that commands act for."""

from tianping.kernel.agencies.actors import staff_actor
from tianping.kernel.agencies.models import Appointment, Post, User
from tianping.kernel.lifecycle.state import Actor


def importer(username: str = "") -> Actor | None:
    """The dispatcher in whose name an import runs: the one named, or the first of the governance centre."""
    from django.conf import settings  # noqa: PLC0415  # after setup

    jurisdiction = settings.JURISDICTION
    if username:
        users = User.objects.filter(username=username, is_active=True)
    else:
        posts = (
            Post.objects.filter(jurisdiction=jurisdiction, kind="dispatcher")
            .order_by("path")
            .values_list("id", flat=True)
        )
        holders = Appointment.objects.filter(jurisdiction=jurisdiction, post_id__in=list(posts[:1]), until=None)
        users = User.objects.filter(id__in=list(holders.values_list("user_id", flat=True))).order_by("username")
    user = users.first()
    actor = staff_actor(user) if user is not None else None
    return actor if actor is not None and any(k.startswith("dispatcher@") for k in actor.keys) else None
