"""From the kernel's views to what goes out as JSON."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from tianping.kernel.clock.engine import DueDate
from tianping.kernel.clock.explain import law, sentences
from tianping.kernel.lifecycle.offers import Offer
from tianping.kernel.service import EntryView, MatterView, ProceedingView, Progress, TermView
from tianping.web.forms import said


def offers(found: Iterable[Offer]) -> list[dict[str, Any]]:
    return [
        {
            "step": o.step.name,
            "label": gettext(o.step.label),
            "refusal": said(o.refusal, o.values) if o.refusal else "",
            "danger": o.step.danger,
            "fields": [f.name for f in o.step.form.fields],
        }
        for o in found
    ]


def due(found: DueDate | None) -> dict[str, Any] | None:
    return None if found is None else {"at": found.at, "why": sentences(found), "law": law(found.rule)}


def term(view: TermView) -> dict[str, Any]:
    row = view.row
    return {
        "name": row.name,
        "label": gettext(view.label),
        "status": row.status,
        "rule": row.rule_code,
        "started_at": row.started_at,
        "promised": view.promised,
        "due": due(view.due),
        "missing_year": view.missing_year,
    }


def proceeding(view: ProceedingView) -> dict[str, Any]:
    state = view.state
    return {
        "id": state.id,
        "procedure": state.procedure,
        "version": state.version,
        "state": state.state,
        "state_label": gettext(view.state_label),
        "slot": state.slot,
        "parent": state.parent,
        "holder": state.holder,
        "holder_name": view.holder_name,
        "assigned": view.assigned,
        "supervised": state.supervised,
        "open": view.open,
        "opened_at": view.opened_at,
        "terms": [term(t) for t in view.terms],
        "offers": offers(view.offers),
    }


def matter(view: MatterView) -> dict[str, Any]:
    row = view.row
    columns = (
        "id",
        "number",
        "title",
        "protected",
        "state",
        "procedure",
        "holder",
        "leader",
        "followers",
        "returns",
        "happened_at",
        "opened_at",
        "changed_at",
        "closed_at",
        "archived_at",
    )
    return {name: row[name] for name in columns} | {
        "facts": {name: value(v) for name, v in view.facts.items()},
        "proceedings": [proceeding(p) for p in view.proceedings],
        "parties": [
            {"role": p.role, "subject": p.subject, "name": p.name, "masked": list(p.masked)} for p in view.parties
        ],
        "representatives": view.representatives,
        "papers": view.papers,
        "links": [{"matter": other, "number": number, "title": title} for other, number, title in view.links],
    }


def entry(view: EntryView) -> dict[str, Any]:
    return {
        "id": view.id,
        "seq": view.seq,
        "proceeding": view.proceeding,
        "procedure": view.procedure,
        "step": view.step,
        "label": gettext(view.label),
        "from_state": view.from_state,
        "to_state": view.to_state,
        "actor_kind": view.actor_kind,
        "actor_name": view.actor_name,
        "agency": view.agency,
        "happened_at": view.happened_at,
        "recorded_at": view.recorded_at,
        "undone": view.undone,
        "values": {name: value(v) for name, v in view.values.items()},
        "erased": list(view.erased),
    }


def progress(found: Progress) -> dict[str, Any]:
    return {
        "proceeding": found.proceeding,
        "number": found.number,
        "procedure": found.procedure,
        "state": found.state,
        "state_label": gettext(found.state_label),
        "office": found.office,
        "office_phone": found.office_phone,
        "opened_at": found.opened_at,
        "promised": due(found.promised),
        "answered_with_leader_by": found.with_leader,
        "offers": offers(found.offers),
        "steps": [{"sentence": gettext(s.sentence), "at": s.at, "office": s.office} for s in found.steps],
    }


def value(found: Any) -> Any:
    """A fact as JSON: dates, amounts and ids are text."""
    return str(found) if isinstance(found, date | datetime | Decimal | UUID) else found
