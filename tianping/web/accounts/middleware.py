"""Who asks, in which language and size."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation

from tianping.kernel.agencies import sessions
from tianping.kernel.agencies.models import User
from tianping.kernel.service import Actor, citizen, guest_actor, posts_of, staff_actor
from tianping.web.accounts import factors
from tianping.web.accounts.prefs import ELDER, LANGUAGES, POST

GetResponse = Callable[[HttpRequest], HttpResponse]


class PreferenceMiddleware:
    """The language and size that were chosen (see `prefs`), from their cookies. Chinese unless another was."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        lang = request.COOKIES.get("lang", "zh-hans")
        translation.activate(lang if lang in LANGUAGES else "zh-hans")
        request.LANGUAGE_CODE = translation.get_language() or "zh-hans"
        request.elder_size = ELDER.get(request.COOKIES.get("elder", "0"), 0)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class ActorMiddleware:
    """`request.actor`: the person with the post they work in, the proven citizen, or a guest; `request.posts` beside it.

    Who has given a password but still needs a second factor is nobody, on every surface but the pages where it is set up:
    there `request.user` is the person, and `request.actor` a guest all the same. `request.enrolling` says so.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and (user.jurisdiction != settings.JURISDICTION or sessions.over(request.session)):
            logout(request)
        elif isinstance(user, User) and sessions.pending(request.session, user):
            request.enrolling = True  # type: ignore[attr-defined]
            # Who has a factor already shows it at log-in: a session with the password alone must not add another.
            if not self._sets_up(request) or factors.enrolled(user):
                request.user = AnonymousUser()
        request.actor, request.posts = self._who(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _sets_up(self, request: HttpRequest) -> bool:
        try:
            return resolve(request.path_info).url_name in factors.ENROLMENT
        except Resolver404:
            return False

    def _who(self, request: HttpRequest) -> tuple[Actor, list[object]]:
        user = request.user
        if not isinstance(user, User) or getattr(request, "enrolling", False):
            return guest_actor(settings.JURISDICTION), []
        if user.kind == "citizen":
            return citizen(user), []
        held = posts_of(user)
        try:
            chosen = UUID(request.session.get(POST, ""))
        except ValueError:
            chosen = None
        return staff_actor(user, held, chosen), list(held)
