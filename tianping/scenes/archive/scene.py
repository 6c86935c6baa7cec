"""归档: a closed matter is checked, its retention computed, and frozen. After that only archival steps are possible."""

from tianping.kernel.lifecycle.common import asking, erasing
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.procedure import Procedure, Scene, released
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import OPEN, START, Field, Form, Kernel, Post, Step, Term
from tianping.scenes.archive.retention import DERIVED, GUARDS

ARCHIVIST = Post("archivist", "centre")
CONCEPTS = (
    Concept("retention", _("保管期限"), "choice", source="retention"),
    Concept("archive_number", _("档号"), "text"),
    Concept("retention_until", _("保管到哪天"), "date"),
    Concept("decided_on", _("决定日期"), "date", scope="entry"),
)


ARCHIVE = Procedure(
    name="archive",
    label=_("归档"),
    version=1,
    icon="book",
    states={
        "checking": _("待整理"),
        "incomplete": _("待补齐"),
        "frozen": _("已归档"),
        "appraising": _("到期鉴定"),
        "destroyed": _("已销毁"),
    },
    steps=(
        Step("receive", _("转入归档"), START, "checking", (Kernel(),)),
        Step(
            "check",
            _("材料不齐，退回补"),
            "checking",
            "incomplete",
            (ARCHIVIST,),
            Form((Field("reason", "reason", required=True),)),
        ),
        Step(
            "complete",
            _("补齐了"),
            "incomplete",
            "checking",
            (ARCHIVIST,),
            Form((Field("note", "note", required=True), Field("files", "files"))),
        ),
        Step(
            "retain",
            _("定保管期限"),
            "checking",
            None,
            (ARCHIVIST,),
            Form((Field("retention", "retention", required=True, revises=True),)),
            ("retention_keeps",),
            derives=("retention_until",),
        ),
        Step(
            "freeze",
            _("归档封存"),
            "checking",
            "frozen",
            (ARCHIVIST,),
            Form((Field("archive_number", "archive_number", required=True, max_length=60),)),
            ("retention_set",),
            public=_("归档了"),
        ),
        Step("consult", _("登记借阅"), "frozen", None, (ARCHIVIST,), Form((Field("note", "note", required=True),))),
        Step(
            "appraise",
            _("到期鉴定"),
            "frozen",
            "appraising",
            (ARCHIVIST,),
            Form((Field("note", "note", required=True),)),
            optional=True,
        ),
        Step(
            "keep",
            _("继续保管"),
            "appraising",
            "frozen",
            (ARCHIVIST,),
            Form(
                (
                    Field("retention_until", "retention_until", revises=True),
                    Field("reason", "reason", required=True),
                )
            ),
            ("kept_longer",),
        ),
        Step(
            "destroy",
            _("销毁"),
            "appraising",
            "destroyed",
            (Post("leader", "root"),),
            Form((Field("decided_on", "decided_on", required=True), Field("reason", "reason", required=True))),
            ("not_for_good", "retention_over"),
            danger=True,
        ),
        # What the person concerned may still ask for, and what may come of it: a frozen file is not rewritten.
        *asking("reporter"),
        Step(
            "annotate",
            _("附记说明"),
            OPEN,
            None,
            (ARCHIVIST,),
            Form((Field("note", "note", required=True),)),
            public=_("档案里附记了说明"),
        ),
        erasing((Post("supervisor", "centre"),)),
    ),
    terms=(Term("transfer", _("整理归档"), "archive.transfer", frozenset({"checking"}), frozenset({"incomplete"})),),
    final={"destroyed": "end"},
    rests=frozenset({"frozen", "appraising", "destroyed"}),
)
SCENE = Scene("archive", _("归档"), (ARCHIVE,), GUARDS, CONCEPTS, released=released(__file__), derived=DERIVED)
