"""Effects that no scene of the house has yet, told from bodies alone."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.matters.proof.retell import Teller

PROCEDURE = SimpleNamespace(suspended="", final={}, rests=frozenset())
REGISTRY = SimpleNamespace(
    procedure=lambda _name, _version: PROCEDURE,
    concepts={"title": Concept("title", "标题", "text", column="title"), "due": Concept("due", "到期", "date")},
)
PROCEEDING = uuid4()


def tell(*entries, together=False):
    """Each entry is the list of its effects; `together`: all of one decision."""
    rows, bodies = [], []
    for seq, effects in enumerate(entries, 1):
        at = f"2026-11-24T02:00:{0 if together else seq:02}.000000Z"
        rows.append(SimpleNamespace(id=UUID(int=seq), seq=seq, first=seq == 1 or not together))
        bodies.append(
            {
                "proceeding": str(PROCEEDING), "procedure": "p", "version": "1", "step": f"s{seq}", "from": "a", "to": "a",
                "at": at, "happened_at": at, "centre": "x.y.", "effects": list(effects),
            }
        )  # fmt: skip
    return Teller(REGISTRY, UUID(int=99)).tell(rows, bodies)


def term(do):
    return {"do": "term", "name": "t", "to": do}


@pytest.mark.parametrize(
    ("steps", "status", "pauses"),
    [
        (["start"], "running", []),
        (["start", "pause"], "paused", [False]),
        (["start", "pause", "unpause"], "running", []),
        (["start", "pause", "resume"], "running", [True]),
        (["start", "pause", "resume", "repause"], "paused", [False]),
        (["start", "end"], "ended", []),
        (["start", "end", "unend"], "running", []),
        (["start", "cancel"], "ended", []),
    ],
)
def test_a_clock_and_its_inverses(steps, status, pauses):
    (found,) = tell(*([term(do)] for do in steps)).terms
    assert (found.status, found.pauses, found.seq) == (status, pauses, len(steps))
    assert found.at == datetime(2026, 11, 24, 2, 0, 1, tzinfo=UTC)


def test_a_clock_begun_anew_ends_the_one_before():
    old, new = tell([term("start")], [term("restart")]).terms
    assert (old.status, new.status) == ("ended", "running")
    assert (old.id, new.id) == (UUID(int=1 ^ 1), UUID(int=2 ^ 1))
    assert (old.seq, new.seq) == (1, 2)


def test_each_clock_of_an_entry_has_an_id_of_its_own():
    found = tell([term("start"), {"do": "term", "name": "u", "to": "start"}]).terms
    assert [t.id for t in found] == [UUID(int=1 ^ 1), UUID(int=1 ^ 2)]


def test_nobody_is_assigned_any_more():
    given = {"do": "assign", "role": "handler", "to": "a"}
    told = tell([given], [given | {"to": None}])
    assert told.proceedings[PROCEEDING].state.assigned == {}


def fact(concept="due"):
    return {"do": "fact", "concept": concept, "field": concept}


def test_what_follows_no_longer_is_superseded_by_the_entry_that_took_it_back():
    told = tell([fact()], [{"do": "retract", "concept": "due"}])
    assert told.current == {}
    assert told.facts[UUID(int=1), "due"].superseded_by == UUID(int=2)


def test_of_two_values_in_one_decision_the_later_alone_is_written():
    told = tell([fact()], [fact()], together=True)
    assert list(told.facts) == [(UUID(int=2), "due")]


def test_of_two_values_in_two_decisions_the_later_supersedes():
    told = tell([fact()], [fact()])
    assert told.facts[UUID(int=1), "due"].superseded_by == UUID(int=2)
    assert told.current["due"].entry == UUID(int=2)


def test_undone_the_value_before_holds_again():
    told = tell([fact()], [fact()], [{"do": "undo", "entry": str(UUID(int=2)), "step": "s2"}])
    assert told.facts[UUID(int=1), "due"].superseded_by is None
    assert told.facts[UUID(int=2), "due"].superseded_by == UUID(int=3)
    assert told.current["due"].entry == UUID(int=1)
    assert told.proceedings[PROCEEDING].state.counts == {"s1": 1, "s2": 0, "s3": 1}


def test_two_decisions_at_one_moment_are_two():
    """A clock that was set back gives two steps one time; each has a key of its own."""
    rows = [SimpleNamespace(id=UUID(int=n), seq=n, first=True) for n in (1, 2)]
    body = {
        "proceeding": str(PROCEEDING), "procedure": "p", "version": "1", "step": "s", "from": "a", "to": "a",
        "at": "2026-11-24T02:00:00.000000Z", "happened_at": "2026-11-24T02:00:00.000000Z", "centre": "x.y.", "effects": [fact()],
    }  # fmt: skip
    assert len(Teller(REGISTRY, UUID(int=99)).tell(rows, [body, body]).facts) == 2
