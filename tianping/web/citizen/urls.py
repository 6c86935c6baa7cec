"""Citizens' pages stand at the root."""

from django.urls import path

from tianping.web.citizen import mine, photos, receipt, reporting, standing, where, words

app_name = "citizen"
urlpatterns = [
    path("", words.home, name="home"),
    path("report/", reporting.step, name="report"),
    path("report/photo/<uuid:document>/", photos.thumb, name="photo"),
    path("report/<slug:name>/", reporting.step, name="step"),
    path("at/<slug:code>/", where.sign, name="at"),
    path("receipt/", receipt.page, name="receipt"),
    path("receipt/picture.png", receipt.as_picture, name="picture"),
    path("progress/", standing.by_code, name="progress"),
    path("p/<slug:code>/", standing.scanned, name="code"),
    path("standing/", standing.page, name="standing"),
    path("standing/<slug:name>/", standing.act, name="act"),
    path("mediation/", words.mediation, name="mediation"),
    path("law/", words.law, name="law"),
    path("privacy/", words.privacy, name="privacy"),
    path("mine/", mine.page, name="mine"),
    path("mine/export/", mine.export, name="export"),
    path("mine/<uuid:matter>/", mine.one, name="own"),
    path("mine/<uuid:matter>/<slug:name>/", mine.act, name="own-act"),
]
