"""协办: what an office does that helps the lead of a joint handling. A child of intake."""

from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.procedure import Procedure
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import OPEN, START, Field, Form, Kernel, Post, Step, Term
from tianping.scenes.intake.forms import HANDLE, NOTE, RETURN

ASSIST = Procedure(
    name="assist",
    label=_("协办"),
    version=1,
    states={
        "asked": _("待签收"),
        "assisting": _("协办中"),
        "done": _("协办完"),
        "refused": _("不归本单位"),
        "recalled": _("不用协办了"),
    },
    steps=(
        Step("ask", _("请协办"), START, "asked", (Kernel(),)),
        Step("accept", _("签收"), "asked", "assisting", HANDLE, NOTE, ("stands_apart",)),
        Step("refuse", _("退回"), "asked", "refused", HANDLE, RETURN),
        Step(
            "report",
            _("报协办结果"),
            "assisting",
            "done",
            HANDLE,
            Form((Field("result", "result", required=True), Field("files", "files"))),
        ),
        Step("recall", _("不用协办了"), OPEN, "recalled", (Kernel(),)),
        *common_steps(manage=(Post("head", "holder"),), work=HANDLE, assigning=("not_of_the_complained",)),
    ),
    terms=(Term("accept", _("签收"), "intake.accept", frozenset({"asked"})),),
    final={"done": "opener", "refused": "opener", "recalled": "end"},
)
