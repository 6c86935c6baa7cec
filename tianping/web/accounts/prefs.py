"""Language, size of text, the post that is worked in: chosen by a form with its token, never by an address.

A link that changes something could be followed from another site: it would sign a step for another office. Language and size
are kept by cookies that say nothing else; who has an account is told by message in the language that was chosen, too.
"""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from tianping.capabilities.notices.languages import speak
from tianping.web.accounts.asking import actor_of, posts_of_request
from tianping.web.accounts.onward import wanted

YEAR: Final = 365 * 24 * 3600
ELDER: Final = {"0": 0, "24": 24, "30": 30, "40": 40}
LANGUAGES: Final = frozenset({"zh-hans", "en"})
POST: Final = "post"  # the session's key for the post that is worked in


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what was pressed (`lang`, `elder` or `post`) and go back to the page it stood on. What is unknown changes nothing."""
    post = request.POST.get("post", "")
    if post in {str(p.id) for p in posts_of_request(request)}:
        request.session[POST] = post
    answer = HttpResponseRedirect(wanted(request) or "/")
    return remember(request, answer, lang=request.POST.get("lang", ""), elder=request.POST.get("elder", ""))


def remember(request: HttpRequest, answer: HttpResponse, *, lang: str = "", elder: str = "") -> HttpResponse:
    """The answer with the cookies of a chosen language or size."""
    if elder in ELDER:
        answer.set_cookie("elder", elder, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    if lang in LANGUAGES:
        answer.set_cookie("lang", lang, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
        actor = actor_of(request)
        speak(actor.jurisdiction, [k for k in actor.keys if k.startswith(("person:", "subject:"))], lang)
    return answer
