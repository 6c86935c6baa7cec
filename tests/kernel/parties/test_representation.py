from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.parties.representation import (
    EXPIRED,
    NEEDS_GUARDIAN,
    NO_PROOF,
    OPPOSING_AGENT,
    OPPOSING_GUARDIAN,
    OUT_OF_SCOPE,
    Representation,
    is_minor,
    may_act,
    may_act_alone,
)

PRINCIPAL, AGENT, PROOF = UUID(int=1), UUID(int=2), UUID(int=3)
ON = date(2026, 11, 24)
KINDS = ["agent", "legal_representative", "guardian"]


def representation(kind="agent", **other):
    facts = {"scope": "all", "proof": PROOF, "expires": None, "principal": PRINCIPAL, "agent": AGENT} | other
    return Representation(kind, **facts)


@pytest.mark.parametrize("kind", KINDS)
def test_with_proof_scope_and_time_they_may_act(kind):
    assert may_act(representation(kind), "answer", ON) is None
    within = representation(kind, scope=frozenset({"answer"}), expires=ON)
    assert may_act(within, "answer", ON, frozenset({PRINCIPAL})) is None


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_the_other_side_is_excluded_before_all_else(kind):
    refusal = may_act(representation(kind, proof=None), "answer", ON, frozenset({AGENT}))
    assert refusal == (OPPOSING_GUARDIAN if kind == "guardian" else OPPOSING_AGENT)


@pytest.mark.parametrize("kind", KINDS)
def test_without_proof_the_sentence_names_which(kind):
    assert may_act(representation(kind, proof=None), "answer", ON) == NO_PROOF[kind]
    assert len({refusal.sentence for refusal in NO_PROOF.values()}) == 3


def test_the_last_day_counts_and_the_next_does_not():
    until = representation(expires=ON)
    assert may_act(until, "answer", ON) is None
    assert may_act(until, "answer", ON + timedelta(days=1)) == EXPIRED


def test_a_step_outside_the_scope_is_refused():
    narrow = representation(scope=frozenset({"report"}))
    assert may_act(narrow, "report", ON) is None
    assert may_act(narrow, "withdraw", ON) == OUT_OF_SCOPE
    assert may_act(representation(scope=frozenset()), "report", ON) == OUT_OF_SCOPE


def test_nobody_represents_themselves():
    with pytest.raises(ValueError, match="themselves"):
        representation(agent=PRINCIPAL)


@pytest.mark.parametrize(
    ("birth", "on", "minor"),
    [
        (date(2008, 11, 24), ON, False),
        (date(2008, 11, 25), ON, True),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (date(2026, 11, 24), ON, True),
    ],
)
def test_one_comes_of_age_on_the_eighteenth_birthday(birth, on, minor):
    assert is_minor(birth, on) is minor
    assert may_act_alone(birth, on) == (NEEDS_GUARDIAN if minor else None)


def test_an_unknown_birth_needs_no_guardian():
    assert may_act_alone(None, ON) is None


@given(st.dates(date(1900, 1, 1), date(2090, 1, 1)), st.integers(0, 40_000))
def test_nobody_becomes_a_minor_again(birth, days):
    on = birth + timedelta(days=days)
    if not is_minor(birth, on):
        assert not is_minor(birth, on + timedelta(days=1))
        assert days >= 18 * 365
    else:
        assert days <= 18 * 366
