"""Who asks, in which language and size. Switches are plain links, so that they work without script and keep the page."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.http import escape_leading_slashes

from tianping.kernel.agencies import sessions
from tianping.kernel.agencies.models import User
from tianping.kernel.service import Actor, citizen, guest_actor, posts_of, staff_actor
from tianping.web.accounts import factors

YEAR = 365 * 24 * 3600
ELDER = {"0": 0, "24": 24, "30": 30, "40": 40}
LANGUAGES = {"zh-hans", "en"}
POST = "post"  # the session's key for the post that is worked in
GetResponse = Callable[[HttpRequest], HttpResponse]


class SwitchMiddleware:
    """`?elder=`, `?lang=` and `?post=` on any page: remembered, then the same page without them. Chinese unless chosen."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        switches = {name: request.GET[name] for name in ("elder", "lang", "post") if name in request.GET}
        if switches and request.method == "GET" and not request.path.startswith("/api/"):
            return self._switch(request, switches)
        lang = request.COOKIES.get("lang", "zh-hans")
        translation.activate(lang if lang in LANGUAGES else "zh-hans")
        request.LANGUAGE_CODE = translation.get_language() or "zh-hans"
        request.elder_size = ELDER.get(request.COOKIES.get("elder", "0"), 0)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    def _switch(self, request: HttpRequest, switches: dict[str, str]) -> HttpResponse:
        rest = [(k, v) for k, vs in request.GET.lists() if k not in switches for v in vs]
        here = escape_leading_slashes(request.path)  # "//elsewhere/" would be another site
        response = HttpResponseRedirect(here + (f"?{urlencode(rest)}" if rest else ""))
        secure = settings.SESSION_COOKIE_SECURE
        if switches.get("elder") in ELDER:
            response.set_cookie("elder", switches["elder"], max_age=YEAR, samesite="Lax", secure=secure)
        if switches.get("lang") in LANGUAGES:
            response.set_cookie("lang", switches["lang"], max_age=YEAR, samesite="Lax", secure=secure)
        if "post" in switches:
            request.session[POST] = switches["post"][:36]
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
