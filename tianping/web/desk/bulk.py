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

from tianping.kernel.lifecycle.vocabulary import OPEN, Step
from tianping.kernel.service import Actor, Query, RefusedError, Row, advance, registry, worklist
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk import query as asking
from tianping.web.desk.present import Here
from tianping.web.forms import StepForm, said, sentences

MOST = 500  # matters at once
PAGE = 200  # of them in one look at the list
SHOWN = 4
NAMED = 20  # rows that the page of the one form lists; of more it says how many
# What one form may say for many matters; everything else is a matter's own.
GENERAL = frozenset({"note", "reason", "agency", "category", "grade"})


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
    """The step, where it may be taken on many: it destroys nothing and needs only what may hold for all.

    What it may put right besides (a title, a place) is a matter's own, and is not asked.
    """
    rules = registry()
    step = rules.procedure(procedure).by_name.get(name) if rules.has(procedure) else None
    if step is None or step.danger:
        return None
    own = [f for f in step.form.fields if f.concept not in GENERAL]
    return None if any(f.required or not f.revises for f in own) else step


def _asked(step: Step) -> frozenset[str]:
    return frozenset(f.name for f in step.form.fields if f.concept in GENERAL)


@staff_required
@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """What could not be done is told by number, with the sentence that the step alone would say."""
    actor = actor_of(request)
    back = Here(request.GET.get("in", "")).address
    name = request.POST.get("step", "")
    picks = list(dict.fromkeys(p for p in map(_pick, request.POST.getlist("pick")[:MOST]) if p))
    whole = "all" in request.POST and "form" not in request.POST
    rows = _whole(request, actor, name) if whole else _rows(actor, picks)
    gone = 0 if whole else len(picks) - len(rows)
    step = next((s for s in (_declared(r.procedure, name) for r in rows.values()) if s is not None), None)
    if step is None:
        messages.warning(request, _("先勾选要办的事项，再按步骤"))
        return HttpResponseRedirect(back)
    key = request.POST.get("key") or str(uuid4())
    data = request.POST if "form" in request.POST else None
    form = StepForm(step, actor.jurisdiction, data=data, key=key, only=_asked(step))
    if (
        not form.is_bound
        and step.form.fields
        and not (step.reversible and not any(f.required for f in step.form.fields))
    ):
        return _ask(request, form, step, rows, gone)
    done, refused = [], []
    for proceeding, row in rows.items():
        if sentence := _elsewhere(row, step):
            refused.append({"number": row.number, "title": row.title, "sentence": sentence})
            continue
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
                return _ask(request, form, step, rows, gone)
            refused.append({"number": row.number, "title": row.title, "sentence": told(error)})
    return _answer(request, _(step.label), done, refused, gone, back)


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
    found: dict[UUID, Row] = {}
    for start in range(0, len(picks), PAGE):
        query = Query(ids=tuple({m for _p, m in picks[start : start + PAGE]}), limit=PAGE, open_only=False)
        found |= {r.proceeding: r for r in worklist(actor, query).rows if r.proceeding in wanted}
    return found


def _whole(request: HttpRequest, actor: Actor, name: str) -> dict[UUID, Row]:
    """All of the list that somebody stands in front of, also what is on its other pages, as far as the step is offered."""
    get = asking.asked(request.GET.get("in", ""))
    found: dict[UUID, Row] = {}
    cursor = ""
    while len(found) < MOST:
        page = worklist(actor, asking.read(get, actor, cursor=cursor, limit=PAGE))
        found |= {r.proceeding: r for r in page.rows if r.proceeding is not None and name in r.steps}
        cursor = page.next
        if not cursor:
            break
    return dict(list(found.items())[:MOST])


def _elsewhere(row: Row, step: Step) -> str:
    """Where the matter stands, if the step is not for there: most often the list was not fresh, or a step comes first."""
    if OPEN in step.sources or row.state in step.sources:
        return ""
    states = registry().procedure(row.procedure).states
    places = _("、").join(_(states[s]) for s in step.sources if s in states)
    return _("现在是“%(state)s”，“%(step)s”要在“%(places)s”的时候办") % {
        "state": _(states.get(row.state, row.state)),
        "step": _(step.label),
        "places": places,
    }


def _key(key: str, proceeding: UUID) -> UUID:
    """A key of its own for each row, the same when the form is sent twice."""
    return uuid5(proceeding, key)


def told(error: RefusedError) -> str:
    """A refusal as one sentence."""
    return "；".join(sentences(error).values()) or said(error.sentence, error.values)


def _ask(request: HttpRequest, form: StepForm, step: Step, rows: dict[UUID, Row], gone: int) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "step": step.name,
        "label": _(step.label),
        "rows": [{"value": f"{p}:{r.matter}", "number": r.number, "title": r.title} for p, r in rows.items()],
        "named": NAMED,
        "gone": gone,
        "action": f"{request.path}?{_in(request)}",
        "back": Here(request.GET.get("in", "")).address,
    }
    return render(request, "web/desk/bulk.html", context, status=422 if form.is_bound else 200)


def _in(request: HttpRequest) -> str:
    kept = QueryDict(mutable=True)
    kept["in"] = request.GET.get("in", "")
    return kept.urlencode()


def _answer(
    request: HttpRequest, label: str, done: list[Row], refused: list[dict[str, str]], gone: int, back: str
) -> HttpResponse:
    text = ngettext("%(step)s：办好%(n)s件", "%(step)s：办好%(n)s件", len(done)) % {"step": label, "n": len(done)}
    if not refused and not gone:
        messages.success(request, text)
        return HttpResponseRedirect(back)
    context = {"label": label, "done": text if done else "", "refused": refused, "gone": gone, "back": back}
    return render(request, "web/desk/bulk_done.html", context)
