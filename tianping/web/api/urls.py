"""Routes of the API; included at /api/v1/."""

from django.urls import URLPattern, re_path

from tianping.web.api.app import nowhere, patterns

app_name = "api"
urlpatterns: list[URLPattern] = [*patterns, re_path(r"", nowhere, name="nowhere")]
