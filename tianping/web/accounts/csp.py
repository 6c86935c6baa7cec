"""The content security policy: everything comes from this house, nothing runs that stands in the page itself."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_SAME: Final = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)


def policy() -> str:
    """The header's value. A log-in form may lead to the OIDC providers that the operator has named, and nowhere else."""
    apps: list[dict[str, Any]] = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    parts = [urlsplit(app["settings"]["server_url"]) for app in apps]
    origins = sorted({f"{p.scheme}://{p.netloc}" for p in parts})
    return " ".join([_SAME, *origins])


class ContentSecurityPolicyMiddleware:
    """Sets the policy on every answer that has none of its own (a file in a sandbox has)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response
