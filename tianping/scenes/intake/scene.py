"""受理: from the first report to the answer, the rating and the window in which it can be reopened.

Danger, violence, minors and complaints about an office go the protected way from the first entry on: need-to-know, never to
whoever is complained of, a person called at once.
"""

from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.procedure import Procedure, Scene, released
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Party, Post, Term
from tianping.scenes.intake.answering import ANSWERING, PROTECTED
from tianping.scenes.intake.assist import ASSIST
from tianping.scenes.intake.forms import CONCEPTS, DISPATCH, HANDLE, PROTECT, WATCH
from tianping.scenes.intake.guards import GUARDS
from tianping.scenes.intake.sending import SENDING

TERMS = (
    Term("triage", _("分类派单"), "intake.triage", frozenset({"triage", "dispatch"}), frozenset({"supplementing"})),
    Term("accept", _("签收"), "intake.accept", frozenset({"accepting"})),
    Term(
        "answer",
        _("答复反映人"),
        "intake.answer.{grade}",
        frozenset({"accepting", "handling", "joint", "verifying", "answering", "meeting"}),
        frozenset({"dispatch"}),
        promised=True,
    ),
    Term("rate_window", _("评价和要求重办"), "intake.rate_window", frozenset({"answered", "rated"})),
    Term("protect_contact", _("联系当事人"), "intake.protect.contact", frozenset({"protecting"})),
    Term("protect_report", _("向有关机关报告"), "intake.protect.report", frozenset({"protecting", "safeguarding"})),
)

INTAKE = Procedure(
    name="intake",
    label=_("受理办理"),
    version=1,
    icon="chat",
    states={
        "triage": _("待分类"),
        "supplementing": _("等补充"),
        "dispatch": _("待派单"),
        "accepting": _("待签收"),
        "meeting": _("待联席会议"),
        "joint": _("几家在办"),
        "handling": _("办理中"),
        "verifying": _("待核实"),
        "answering": _("待答复"),
        "answered": _("已答复"),
        "rated": _("已评价"),
        "following": _("并案在办"),
        "protecting": _("保护：待联系"),
        "safeguarding": _("保护：处置中"),
        "suspended": _("暂停"),
        "closed": _("办结"),
        "declined": _("不予受理"),
    },
    steps=SENDING
    + ANSWERING
    + PROTECTED
    + common_steps(
        manage=(Post("head", "holder"), DISPATCH),
        work=(*HANDLE, DISPATCH, PROTECT),
        suspended="suspended",
        reversible=("triage", "dispatch", "accept", "verify"),
        correcting=("correct_keeps_off",),
        assigning=("not_of_the_complained",),
        watch=WATCH,
        erase=(Post("supervisor", "centre"),),
        extend=(Post("head", "holder"),),
        represent=(Post("registrar", "centre"), DISPATCH),
        entrust=(Party("reporter", proof="identity"),),
        terms=("triage", "accept", "answer", "protect_contact", "protect_report"),
    ),
    terms=TERMS,
    final={"closed": "archive", "declined": "archive"},
    suspended="suspended",
)

SCENE = Scene("intake", _("受理"), (INTAKE, ASSIST), GUARDS, CONCEPTS, released=released(__file__))
