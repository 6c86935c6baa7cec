"""Numbers as a surface: a count that moves with a matter tells that there is one."""

from typing import Literal

from django.utils import timezone

from tests.authz.surfaces import Surface, whole
from tests.authz.world import Canary
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.service import Query, figures, listing, loads


def tally(view: Literal["todo", "sight"]) -> Surface:
    """How many the saved views hold of this one matter."""

    def read(actor: Actor, canary: Canary) -> str:
        query = Query(view=view, ids=(canary.receipt.matter,), open_only=False)
        return f"counted {listing(actor, query).tally.everything}"

    return read


@whole
def whole_tally(actor: Actor, _canary: Canary) -> str:
    """What a list says it holds, against what may be in it."""
    return f"all {listing(actor, Query(view='sight', open_only=False, limit=200)).tally.everything}"


@whole
def registered(actor: Actor, _canary: Canary) -> str:
    """The first figure: what was registered today, protected matters never."""
    today = timezone.localdate()
    return f"registered {sum(f.part for f in figures(actor, today, today) if f.key == 'opened')}"


@whole
def load(actor: Actor, _canary: Canary) -> str:
    """How many open matters the offices have, as the board says it."""
    return f"load {sum(count for count, _late in loads(actor).values())}"


def count_surfaces() -> dict[str, Surface]:
    return {
        "count:sight": tally("sight"),
        "count:todo": tally("todo"),
        "count-all:list": whole_tally,
        "count-all:figures": registered,
        "count-all:loads": load,
    }
