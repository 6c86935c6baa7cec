"""Pages of the staff."""

from django.urls import path

from tianping.web.desk import board, lists, matters, watch

app_name = "desk"
urlpatterns = [
    path("", lists.index, name="worklist"),
    path("filter/", lists.narrow, name="filter"),
    path("search/", lists.search, name="search"),
    path("bulk/", lists.bulk, name="bulk"),
    path("export/", lists.export, name="export"),
    path("new/", matters.new, name="new"),
    path("board/", board.board, name="board"),
    path("board/<uuid:matter>/", board.board, name="board-matter"),
    path("supervise/", watch.supervise, name="supervise"),
    path("figures/", watch.numbers, name="figures"),
    path("audit/", watch.readers, name="audit"),
    path("procedures/", watch.procedures, name="procedures"),
    path("procedures/<slug:name>/", watch.procedures, name="procedure"),
    path("matter/<uuid:matter>/", matters.page, name="matter"),
    path("matter/<uuid:matter>/pane/", matters.pane, name="pane"),
    path("matter/<uuid:matter>/verify/", matters.verify, name="verify"),
    path("matter/<uuid:matter>/number/<slug:concept>/", matters.number, name="reveal"),
    path("matter/<uuid:matter>/step/<uuid:proceeding>/<slug:name>/", matters.step, name="step"),
]
