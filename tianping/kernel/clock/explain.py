"""为什么是这个日期, in the reader's language: the sentences, the law, and whether it is statutory or local."""

from functools import reduce

from django.utils import translation

from tianping.kernel.clock.engine import DueDate
from tianping.kernel.clock.rules import Note, Rule, Verified
from tianping.kernel.clock.sentence import Catalog, Day, Sentence
from tianping.kernel.lifecycle.text import gettext_noop as _

_CHECKED: dict[Verified, str] = {
    "V": _("条文已对照原文。"),
    "V2": _("依据转引自二手材料，没有对照原文。"),
    "U": _("依据还没有核实。"),
}


def sentences(due: DueDate, catalog: Catalog = translation) -> list[str]:
    """The reasons in order; the page numbers them from 1."""
    return [reason.sentence.say(catalog) for reason in due.reasons]


def law(rule: Rule, catalog: Catalog = translation) -> str:
    """《信访工作条例》第三十四条：…… The text of a law stays in Chinese."""
    basis = rule.basis
    form = _("《%(law)s》%(article)s：%(text)s") if basis.text else _("《%(law)s》%(article)s")
    return Sentence(form, {"law": basis.law, "article": basis.article, "text": basis.text}).say(catalog)


def standing(rule: Rule, catalog: Catalog = translation) -> str:
    """Statutory or the county's own, since when, whether its text was read, and the rule's note."""
    form = _("本县规定，%(day)s起施行。") if rule.basis.local else _("法定期限，%(day)s起适用。")
    parts = [
        Sentence(form, {"day": Day(rule.effective_from, year=True)}),
        Sentence(_CHECKED[rule.basis.verified]),
    ]
    said = [part.say(catalog) for part in parts]
    if note := Note(rule).say(catalog):
        said.append(note)
    return reduce(
        lambda first, second: catalog.gettext("%(first)s%(second)s") % {"first": first, "second": second}, said
    )
