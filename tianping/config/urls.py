"""All routes. Each capability and the web layer brings its own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("tianping.web.api.urls")),
    path("", include("tianping.web.accounts.urls")),
    path("", include("tianping.web.accounts.allauth_urls")),
    path("", include("tianping.web.citizen.urls")),
    path("desk/", include("tianping.web.desk.urls")),
    path("files/", include("tianping.web.files.urls")),
]
