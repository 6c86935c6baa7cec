"""Pages of the staff."""

from django.urls import path

from tianping.web.desk import (
    auditing,
    board,
    bulk,
    exporting,
    lists,
    matters,
    procedures,
    register,
    saved,
    steps,
    watch,
)
from tianping.web.desk.admin import frame, offices, packs, sheets, staff

app_name = "desk"
urlpatterns = [
    path("", lists.index, name="worklist"),
    path("filter/", lists.narrow, name="filter"),
    path("search/", lists.search, name="search"),
    path("saved/", saved.save, name="save"),
    path("saved/<uuid:saved>/", saved.forget, name="forget"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("export/", exporting.export, name="export"),
    path("new/", register.new, name="new"),
    path("new/alike/", register.hints, name="hints"),
    path("board/", board.board, name="board"),
    path("board/<uuid:matter>/", board.board, name="board-matter"),
    path("board/<uuid:matter>/joint/", board.joint, name="board-joint"),
    path("supervise/", watch.supervise, name="supervise"),
    path("figures/", watch.numbers, name="figures"),
    path("audit/", auditing.readers, name="audit"),
    path("admin/", frame.home, name="admin"),
    path("admin/offices/", offices.index, name="admin-offices"),
    path("admin/offices/edit/", offices.edit, name="admin-office-edit"),
    path("admin/offices/add/", offices.add, name="admin-office-add"),
    path("admin/offices/post/", offices.post, name="admin-post-add"),
    path("admin/posts/<uuid:post>/", offices.appoint, name="admin-appoint"),
    path("admin/appointments/<uuid:appointment>/<slug:what>/", offices.appointment, name="admin-appointment"),
    path("admin/people/", staff.index, name="admin-people"),
    path("admin/people/add/", staff.add, name="admin-person-add"),
    path("admin/people/<uuid:user>/", staff.person, name="admin-person"),
    path("admin/sheets/<slug:kind>/", sheets.export, name="admin-sheet"),
    path("admin/sheets/<slug:kind>/bring/", sheets.bring, name="admin-import"),
    path("admin/packs/", packs.index, name="admin-packs"),
    path("admin/changes/", staff.changes, name="admin-changes"),
    path("procedures/", procedures.procedures, name="procedures"),
    path("procedures/<slug:name>/", procedures.procedures, name="procedure"),
    path("matter/<uuid:matter>/", matters.page, name="matter"),
    path("matter/<uuid:matter>/pane/", matters.pane, name="pane"),
    path("matter/<uuid:matter>/verify/", matters.verify, name="verify"),
    path("matter/<uuid:matter>/number/<slug:concept>/", steps.number, name="reveal"),
    path("matter/<uuid:matter>/step/<uuid:proceeding>/<slug:name>/", steps.step, name="step"),
]
