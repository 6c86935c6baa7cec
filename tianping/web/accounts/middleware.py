"""Who asks, in which language and size. Switches are plain links, so that they work without script and keep the page."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from tianping.kernel.agencies.models import User
from tianping.kernel.service import Actor, citizen_actor, guest_actor, posts_of, staff_actor

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
        response = HttpResponseRedirect(request.path + (f"?{urlencode(rest)}" if rest else ""))
        secure = settings.SESSION_COOKIE_SECURE
        if switches.get("elder") in ELDER:
            response.set_cookie("elder", switches["elder"], max_age=YEAR, samesite="Lax", secure=secure)
        if switches.get("lang") in LANGUAGES:
            response.set_cookie("lang", switches["lang"], max_age=YEAR, samesite="Lax", secure=secure)
        if "post" in switches:
            request.session[POST] = switches["post"][:36]
        return response


class ActorMiddleware:
    """`request.actor`: the person with the post they work in, the proven citizen, or a guest; `request.posts` beside it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, request.posts = self._who(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def _who(self, request: HttpRequest) -> tuple[Actor, list[object]]:
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return guest_actor(settings.JURISDICTION), []
        if user.kind == "citizen":
            return citizen_actor(user), []
        held = posts_of(user)
        try:
            chosen = UUID(request.session.get(POST, ""))
        except ValueError:
            chosen = None
        return staff_actor(user, held, chosen), list(held)
