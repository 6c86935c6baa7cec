"""One step on many rows. Each row is taken by itself, through the same road as alone: nothing is half done."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.service import Actor, Query, RefusedError, Row, advance, registry, worklist
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk.present import Here
from tianping.web.forms import StepForm, said, sentences

MOST = 200
SHOWN = 4
# What one form may say for many matters; everything else is a matter's own.
GENERAL = frozenset({"note", "reason", "agency"})


def steps_for_many(rows: Iterable[Row]) -> list[dict[str, str]]:
    """The steps that stand under the list for the ticked rows: those that most rows offer first."""
    offered = Counter((row.procedure, name) for row in rows for name in row.steps)
    found: dict[str, str] = {}
    for (procedure, name), _count in offered.most_common():
        step = _declared(procedure, name)
        if step is not None and name not in found:
            found[name] = _(step.label)
    return [{"value": name, "label": label} for name, label in list(found.items())[:SHOWN]]


def _declared(procedure: str, name: str) -> Step | None:
    """The step, where it may be taken on many: it destroys nothing and asks only what may hold for all."""
    rules = registry()
    step = rules.procedure(procedure).by_name.get(name) if rules.has(procedure) else None
    if step is None or step.danger or any(f.concept not in GENERAL for f in step.form.fields):
        return None
    return step


@staff_required
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What could not be done is told by number, with the sentence that the step alone would say."""
    actor = actor_of(request)
    back = Here(request.GET.get("in", "")).address
    picks = list(dict.fromkeys(p for p in map(_pick, request.POST.getlist("pick")[:MOST]) if p))
    rows = _rows(actor, picks)
    name = request.POST.get("step", "")
    step = next((s for s in (_declared(r.procedure, name) for r in rows.values()) if s is not None), None)
    if step is None:
        messages.warning(request, _("先勾选要办的事项，再按步骤"))
        return HttpResponseRedirect(back)
    key = request.POST.get("key") or str(uuid4())
    form = StepForm(step, actor.jurisdiction, data=request.POST if "form" in request.POST else None, key=key)
    if (
        not form.is_bound
        and step.form.fields
        and not (step.reversible and not any(f.required for f in step.form.fields))
    ):
        return _ask(request, form, step, rows)
    done, refused = [], []
    for proceeding, row in rows.items():
        try:
            advance(
                proceeding,
                step.name,
                actor=actor,
                form=form.raw() if form.is_bound else {},
                key=str(_key(key, proceeding)),
            )
            done.append(row)
        except RefusedError as error:
            if error.reason == "form" and form.is_bound and not done:
                form.refuse(error)  # the one form is wrong, so it is wrong for all
                return _ask(request, form, step, rows)
            refused.append({"number": row.number, "title": row.title, "sentence": _told(error)})
    return _answer(request, _(step.label), done, refused, back)


def _pick(value: str) -> tuple[UUID, UUID] | None:
    proceeding, _colon, matter = value.partition(":")
    try:
        return UUID(proceeding), UUID(matter)
    except ValueError:
        return None


def _rows(actor: Actor, picks: list[tuple[UUID, UUID]]) -> dict[UUID, Row]:
    """What of the ticked still waits for this person."""
    if not picks:
        return {}
    wanted = {p for p, _matter in picks}
    query = Query(ids=tuple({m for _p, m in picks}), limit=MOST, open_only=False)
    return {r.proceeding: r for r in worklist(actor, query).rows if r.proceeding in wanted}


def _key(key: str, proceeding: UUID) -> UUID:
    """A key of its own for each row, the same when the form is sent twice."""
    return uuid5(proceeding, key)


def _told(error: RefusedError) -> str:
    return "；".join(sentences(error).values()) or said(error.sentence, error.values)


def _ask(request: HttpRequest, form: StepForm, step: Step, rows: dict[UUID, Row]) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "step": step.name,
        "label": _(step.label),
        "rows": [{"value": f"{p}:{r.matter}", "number": r.number, "title": r.title} for p, r in rows.items()],
        "action": f"{request.path}?{_in(request)}",
        "back": Here(request.GET.get("in", "")).address,
    }
    return render(request, "web/desk/bulk.html", context, status=422 if form.is_bound else 200)


def _in(request: HttpRequest) -> str:
    kept = QueryDict(mutable=True)
    kept["in"] = request.GET.get("in", "")
    return kept.urlencode()


def _answer(
    request: HttpRequest, label: str, done: list[Row], refused: list[dict[str, str]], back: str
) -> HttpResponse:
    text = ngettext("%(step)s：办好%(n)s件", "%(step)s：办好%(n)s件", len(done)) % {"step": label, "n": len(done)}
    if not refused:
        messages.success(request, text)
        return HttpResponseRedirect(back)
    context = {"label": label, "done": text if done else "", "refused": refused, "back": back}
    return render(request, "web/desk/bulk_done.html", context)
