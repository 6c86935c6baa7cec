"""Citizens' pages stand at the root."""

from django.urls import path

from tianping.web.citizen import reporting, views

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("report/", reporting.step, name="report"),
    path("report/<slug:name>/", reporting.step, name="step"),
    path("receipt/", views.receipt, name="receipt"),
    path("progress/", views.by_code, name="progress"),
    path("p/<slug:code>/", views.scanned, name="code"),
    path("standing/", views.standing, name="standing"),
    path("standing/<slug:name>/", views.act, name="act"),
    path("mediation/", views.mediation, name="mediation"),
    path("law/", views.law, name="law"),
    path("privacy/", views.privacy, name="privacy"),
    path("mine/", views.mine, name="mine"),
    path("mine/<uuid:matter>/", views.own, name="own"),
]
