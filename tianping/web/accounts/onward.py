"""Where somebody goes after log-in: where they were going, if that is one of our own pages, else their first page."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from tianping.kernel.agencies.models import User


def wanted(request: HttpRequest) -> str:
    """The page that was asked for before log-in; "" when none was, or it is somebody else's."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return url if safe(request, url) else ""


def safe(request: HttpRequest, url: str) -> bool:
    return url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}, require_https=request.is_secure())


def first_page(user: User) -> str:
    return reverse("citizen:mine" if user.kind == "citizen" else "desk:worklist")


def via(route: str, url: str) -> str:
    """The address of `route` that leads on to `url`."""
    return reverse(route) + (f"?{urlencode({'next': url})}" if url else "")
