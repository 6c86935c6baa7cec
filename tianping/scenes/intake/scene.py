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
from tianping.scenes.intake.forms import CONCEPTS, DISPATCH, FINAL, HANDLE, PROTECT, STATES, WATCH
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
    Term(
        "protect_report",
        _("向有关机关报告"),
        "intake.protect.report",
        frozenset({"protecting", "safeguarding", "unprotecting"}),
    ),
)

INTAKE = Procedure(
    name="intake",
    label=_("受理办理"),
    version=1,
    icon="chat",
    states=STATES,
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
    final=dict.fromkeys(FINAL, "archive"),
    suspended="suspended",
)

SCENE = Scene("intake", _("受理"), (INTAKE, ASSIST), GUARDS, CONCEPTS, released=released(__file__))
