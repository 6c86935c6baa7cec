"""Who asks, of a request that has passed the middleware."""

from django.http import HttpRequest

from tianping.kernel.agencies.actors import Held
from tianping.kernel.service import Actor


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]  # ActorMiddleware sets it


def posts_of_request(request: HttpRequest) -> list[Held]:
    """The posts that the person who asks holds today."""
    return request.posts  # type: ignore[attr-defined, no-any-return]


def elder_size(request: HttpRequest) -> int:
    """The size of text that was chosen, in px; 0 for the ordinary one."""
    return request.elder_size  # type: ignore[attr-defined, no-any-return]  # PreferenceMiddleware sets it
