"""The pack's texts for an answer, a return or a question: offered above the field, filled with what is known, then edited."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.packs.schema import AnswerTemplate
from tianping.kernel.service import Actor, MatterView, RefusedError, book
from tianping.web.choices import label_of

TEXT = "text"  # the button that fills a text in: `text=answer:answer.done`
BLANKS = {
    "agency": gettext_noop("单位"),
    "basis": gettext_noop("依据"),
    "date": gettext_noop("日期"),
    "days": gettext_noop("天数"),
    "material": gettext_noop("材料"),
    "next_step": gettext_noop("下一步"),
    "person": gettext_noop("经办人"),
    "phone": gettext_noop("电话"),
    "place": gettext_noop("地点"),
    "progress": gettext_noop("进展"),
    "reason": gettext_noop("原因"),
    "result": gettext_noop("结果"),
}
OPEN_BLANK = re.compile("【({})】".format("|".join(BLANKS.values())))  # what is sent is Chinese, whoever writes it
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Offered:
    value: str  # of its button
    label: str
    text: str


def offer(actor: Actor, view: MatterView, declared: Step, form: forms.Form) -> None:
    """Put the texts that fit the matter's category on each field that takes one."""
    for item in declared.form.fields:
        if item.texts and item.name in form.fields:
            form.fields[item.name].texts = list(_fitting(actor, view, item.name, item.texts))  # type: ignore[attr-defined]


def _fitting(actor: Actor, view: MatterView, name: str, kind: str) -> Iterator[Offered]:
    """Those made for this category first, then those that fit any."""
    category = str(view.row.get("category") or view.facts.get("category") or "")
    pack = book(actor.jurisdiction)
    found = [t for t in pack.templates(kind) if not t.categories or _fits(t, category)]
    known = _known(view)
    for template in sorted(found, key=lambda t: not t.categories):
        yield Offered(f"{name}:{template.code}", label_of(template), _filled(template.text, known))


def _fits(template: AnswerTemplate, category: str) -> bool:
    return any(category == code or category.startswith(f"{code}.") for code in template.categories or ())


def _known(view: MatterView) -> dict[str, str]:
    """What of the blanks the matter knows."""
    result = next((str(e.values["result"]) for e in view.entries if e.values.get("result") and not e.undone), "")
    return {
        "number": str(view.row["number"]),
        "title": str(view.facts.get("title") or view.row["title"] or ""),
        "place": str(view.facts.get("place") or ""),
        "result": result.rstrip("。"),
    }


def _filled(text: str, known: dict[str, str]) -> str:
    return _HOLE.sub(lambda m: known.get(m[1]) or f"【{BLANKS.get(m[1], m[1])}】", text)


def fill(data: QueryDict, form: forms.Form) -> None:
    """Where a text was asked for: set it in its field, after what was written there; nothing else that was sent is lost."""
    name, _colon, _code = data.get(TEXT, "").partition(":")
    if name not in form.fields:
        return
    for field, widget in ((n, f.widget) for n, f in form.fields.items() if not isinstance(f, forms.FileField)):
        form.initial[field] = widget.value_from_datadict(data, {}, field)
    texts: list[Offered] = getattr(form.fields[name], "texts", [])
    text = next((t.text for t in texts if t.value == data[TEXT]), "")
    written = str(form.initial.get(name) or "").strip()
    form.initial[name] = "\n".join(part for part in (written, text) if part)


def no_blanks(declared: Step, raw: dict[str, object]) -> None:
    """Raises RefusedError where a text still has a blank of its template."""
    for item in declared.form.fields:
        if item.texts and (left := OPEN_BLANK.search(str(raw.get(item.name, "")))):
            sentence = _("还有没填的空：%(blank)s") % {"blank": left[0]}
            raise RefusedError(sentence, "form", {item.name: sentence})
