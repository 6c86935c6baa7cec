"""All routes. Each capability and the web layer brings its own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("tianping.web.api.urls")),
]
