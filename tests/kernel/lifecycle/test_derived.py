"""A fact that follows from a rule: worked out by the step, taken back when nothing follows, refused at boot when nobody says how."""

import pytest

from tests.kernel.lifecycle.kit import CLERK, Desk, faults, house, procedure, with_step
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.vocabulary import OPEN, Derived, Field, Form, Guard, Step

CONCEPTS = (
    Concept("kind", "种类", "choice", choices=(("a", "甲"), ("b", "乙"))),
    Concept("fee", "费用", "integer"),
    Concept("secret", "秘密", "text", personal=True),
    Concept("word", "话", "text", scope="entry"),
)
FEE = Derived("fee", frozenset({"row:kind", "today"}), lambda r: r["row:kind"] and r["row:kind"]["fee"])
KIND = Form((Field("kind", "kind", required=True, revises=True),))
PRICE = Step("price", "定价", "open", None, (CLERK,), KIND, derives=("fee",), reversible=True)
UNDO = Step("undo", "撤回", OPEN, None, (CLERK,), undoes=frozenset({"price"}))
P = with_step(procedure(), PRICE, UNDO)
DEAR, FREE = {"row:kind": {"fee": 50}, "today": "2026-11-24"}, {"row:kind": {"fee": None}, "today": "2026-11-24"}


def desk(*guards):
    d = Desk(house(P, concepts=CONCEPTS, derived=(FEE,), guards=guards))
    d.begin()
    return d


def test_it_stands_in_the_entry_as_if_it_had_been_told():
    d = desk()
    (move,) = d.take("price", {"kind": "a"}, extra=DEAR).moves
    assert (move.form, d.matter.facts["fee"]) == ({"kind": "a", "fee": 50}, 50)
    assert {"do": "fact", "concept": "fee", "field": "fee", "was": None} in move.effects
    assert PRICE.values == (("kind", "kind"), ("fee", "fee"))


def test_nothing_follows_and_nothing_was_known():
    d = desk()
    (move,) = d.take("price", {"kind": "a"}, extra=FREE).moves
    assert "fee" not in d.matter.facts
    assert [e["do"] for e in move.effects] == ["fact"]


def test_what_no_longer_follows_is_taken_back_and_an_undo_brings_it_again():
    d = desk()
    d.take("price", {"kind": "a"}, extra=DEAR)
    (move,) = d.take("price", {"kind": "b"}, extra=FREE).moves
    assert {"do": "retract", "concept": "fee", "was": 50} in move.effects
    assert "fee" not in d.matter.facts
    d.take("undo")
    assert d.matter.facts == {"kind": "a", "fee": 50}
    d.take("undo")
    assert d.matter.facts == {}


def test_what_follows_from_a_rule_is_not_corrected_by_hand():
    form = Form((Field("concept", "concept", required=True), Field("value", "value", required=True)))
    correct = Step("correct", "更正", OPEN, None, (CLERK,), form, touches={"correct": "concept"})
    d = Desk(house(with_step(P, correct), concepts=CONCEPTS, derived=(FEE,)))
    d.begin()
    d.take("price", {"kind": "a"}, extra=DEAR)
    with pytest.raises(RefusedError) as error:
        d.take("correct", {"concept": "fee", "value": 1})
    assert (error.value.reason, error.value.sentence) == ("form", "这一项是按规定算出来的，不能直接改")
    d.take("correct", {"concept": "kind", "value": "b"})
    assert d.matter.facts == {"kind": "b", "fee": 50}


def test_a_refusal_names_what_it_read():
    guard = Guard("cheap", frozenset({"fact:fee", "today"}), lambda r: (r["fact:fee"] or 0) < 10, "%(fee)s元太多了")
    d = Desk(
        house(
            with_step(P, Step("pay", "付", "open", None, (CLERK,), guards=("cheap",))),
            concepts=CONCEPTS,
            derived=(FEE,),
            guards=(guard,),
        )
    )
    d.begin()
    d.take("price", {"kind": "a"}, extra=DEAR)
    with pytest.raises(RefusedError) as error:
        d.take("pay", extra={"today": "2026-11-24"})
    assert (error.value.sentence, error.value.values) == ("%(fee)s元太多了", {"fee": 50})


@pytest.mark.parametrize(
    ("step", "derived", "sentence"),
    [
        (Step("x", "步", "open", None, (CLERK,), derives=("fee",)), (), "derives 'fee', and nobody says how"),
        (
            Step("x", "步", "open", None, (CLERK,), derives=("moon",)),
            (Derived("moon", frozenset(), lambda _r: 1),),
            "derives 'moon', and nobody says how",
        ),
        (
            Step("x", "步", "open", None, (CLERK,), derives=("secret",)),
            (Derived("secret", frozenset(), lambda _r: 1),),
            "only a fact of the matter that is not personal",
        ),
        (
            Step("x", "步", "open", None, (CLERK,), derives=("word",)),
            (Derived("word", frozenset(), lambda _r: 1),),
            "only a fact of the matter that is not personal",
        ),
        (
            Step("x", "步", "open", None, (CLERK,), Form((Field("fee", "fee"),)), derives=("fee",)),
            (Derived("fee", frozenset(), lambda _r: 1),),
            "both asks for 'fee' and derives it",
        ),
        (
            Step("x", "步", "open", None, (CLERK,), derives=("fee",)),
            (FEE,),
            "derived 'fee' reads the row of 'kind', a field that the form lacks",
        ),
        (
            Step("x", "步", "open", None, (CLERK,), derives=("fee",)),
            (Derived("fee", frozenset({"moon"}), lambda _r: 1),),
            "derived 'fee': reads 'moon', which the kernel does not fetch",
        ),
        (PRICE, (FEE, FEE), "'fee' is derived in two ways"),
    ],
)
def test_the_boot_names_what_is_missing(step, derived, sentence):
    found = faults(with_step(procedure(), step, UNDO), concepts=CONCEPTS, derived=derived)
    assert any(sentence in fault for fault in found), found


def test_a_step_that_derives_nothing_keeps_its_digest():
    assert with_step(procedure(), Step("x", "步", "open", None, (CLERK,))).digest != P.digest
    assert '"derives"' not in str(procedure().digest)
