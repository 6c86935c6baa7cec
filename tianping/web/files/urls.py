"""Files in and out."""

from django.urls import path

from tianping.web.files import views

app_name = "files"
urlpatterns = [
    path("", views.whole, name="whole"),
    path("begin/", views.begin, name="begin"),
    path("chunk/<uuid:upload>/", views.chunk, name="chunk"),
    path("finish/<uuid:upload>/", views.finish, name="finish"),
    path("<uuid:document>/", views.download, name="download"),
]
