"""Reads that open no personal data: they leave no access record, so they show none."""

from typing import Any
from uuid import UUID

from tianping.kernel.ledger.faults import Fault
from tianping.kernel.lifecycle.offers import offers
from tianping.kernel.matters.chains import verify_matter
from tianping.kernel.matters.snapshot import Head, lock, read
from tianping.kernel.service import Actor, RefusedError, acting, book, offices, registry
from tianping.web.api import shaping
from tianping.web.api.problems import NOT_FOUND


def offers_of(actor: Actor, matter: UUID) -> list[dict[str, Any]]:
    """The open proceedings, and the actor's steps in each. RefusedError("unknown") when out of sight."""
    rules = registry()
    with acting(actor):
        snapshot = read(actor.jurisdiction, _seen(actor, matter), None, last=True)
        state = snapshot.matters[matter]
        return [
            {
                "proceeding": p.id,
                "procedure": p.procedure,
                "state": p.state,
                "offers": shaping.offers(offers(rules, state, p, actor)),
            }
            for p in state.proceedings.values()
            if p.state not in rules.procedure(p.procedure, p.version).final
        ]


def faults_of(actor: Actor, matter: UUID) -> list[Fault]:
    """What is wrong with the matter's chain. RefusedError("unknown") when out of sight."""
    with acting(actor):
        _seen(actor, matter)
        return verify_matter(matter, actor.jurisdiction)


def _seen(actor: Actor, matter: UUID) -> dict[UUID, Head]:
    heads = lock(actor.jurisdiction, [matter], None, update=False)
    if not heads:
        raise RefusedError(NOT_FOUND, "unknown")
    return heads


def codes(jurisdiction: str) -> dict[str, list[str]]:
    """What a choice may be today: category leaves, grades and whatever else a concept names; and codes of offices."""
    rows = book(jurisdiction)
    sources = {c.source for c in registry().concepts.values() if c.source}
    found = {kind: [_code(row) for row in rows.rows(kind)] for kind in sorted(sources)}
    return found | {"agency": [a.code for a in offices(jurisdiction)]}


def _code(row: Any) -> str:
    return str(row["code"] if isinstance(row, dict) else row.code)
