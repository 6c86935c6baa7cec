"""What a person may do here and now."""

from uuid import UUID

import pytest

from tests.kernel.lifecycle.kit import CLERK, CLERK_ACTOR, Desk, citizen, house, procedure, with_step
from tianping.kernel.lifecycle.offers import Offer, offers
from tianping.kernel.lifecycle.procedure import released
from tianping.kernel.lifecycle.registry import load_scenes, registry_of
from tianping.kernel.lifecycle.rights import todo_keys
from tianping.kernel.lifecycle.state import PartyRef, RefusedError
from tianping.kernel.lifecycle.vocabulary import OPEN, Assigned, Guard, Kernel, Lapse, Party, Post, Step, Term

NO = Guard("no", frozenset({"matter"}), lambda _r: False, "现在不行")
HIDDEN = Guard("hidden", frozenset({"matter"}), lambda _r: False, "没有", silent=True)
LATER = Guard("later", frozenset({"form"}), lambda _r: False, "看填了什么")
ROW = Guard("row", frozenset({"row:reason"}), lambda _r: False, "看数据包")


def desk():
    from tests.kernel.lifecycle.kit import REASON

    steps = [
        Step("blocked", "", "open", "done", (CLERK,), guards=("no",)),
        Step("hidden", "", "open", "done", (CLERK,), guards=("hidden",)),
        Step("later", "", "open", "done", (CLERK,), REASON, guards=("later", "row")),
        Step("prove", "", "open", "done", (Party("reporter", proof="identity"),)),
        Step("theirs", "", "open", "done", (Post("boss", "root"), Post("clerk", "centre"))),
        Step("both", "", "open", "done", (CLERK, Lapse("t"), Post("clerk", "holder"))),
        Step("own", "", "open", "done", (Assigned("handler"),)),
        Step("auto", "", "open", None, (Kernel(),)),
        Step("maybe", "", "open", "done", (CLERK,), optional=True),
        Step("any", "", OPEN, None, (CLERK,)),
        Step("stay", "", "open", None, (CLERK,)),
    ]
    d = Desk(
        house(
            with_step(procedure(), *steps, terms=(Term("t", "时限", "r", frozenset({"open"})),)),
            guards=(NO, HIDDEN, LATER, ROW),
        )
    )
    d.begin()
    d.matter.parties = [PartyRef("reporter", UUID(int=7))]
    return d


def test_buttons_are_the_steps_of_the_declaration_that_are_this_persons():
    d = desk()
    found = {o.step.name: o.refusal for o in offers(d.registry, d.matter, d.road, CLERK_ACTOR)}
    assert found == {
        "finish": "",
        "blocked": "现在不行",
        "later": "",
        "theirs": "",
        "both": "",
        "maybe": "",
        "any": "",
        "stay": "",
    }


def test_who_has_not_proved_themselves_is_told_so():
    d = desk()
    assert offers(d.registry, d.matter, d.road, citizen(7)) == [
        Offer(d.registry.procedure("p").by_name["prove"], "请先验证您的身份，再办这一步")
    ]


def test_a_procedure_that_is_not_installed_offers_nothing():
    d = desk()
    d.road.procedure = "gone"
    assert offers(d.registry, d.matter, d.road, CLERK_ACTOR) == []


def test_to_do_rows_come_from_the_same_clauses():
    d = desk()
    keys = todo_keys(d.registry.procedure("p"), d.matter, d.road)
    assert keys == {
        "clerk@qx.zz.": ["finish", "blocked", "hidden", "later", "theirs", "both"],
        f"subject:{UUID(int=7)}": ["prove"],
        "boss@qx.": ["theirs"],
    }


def test_the_registry_knows_its_procedures_and_versions():
    one, two = procedure(), procedure(version=2)
    registry = house(two, one)
    assert registry.procedure("p") is two
    assert registry.procedure("p", 1) is one
    assert registry.procedures() == [two]
    assert len(registry.versions()) == 2
    with pytest.raises(RefusedError):
        registry.procedure("p", 3)


def test_scenes_are_found_by_their_package():
    modules = ("tianping.scenes.demo", "tianping.scenes.archive")
    assert [s.name for s in load_scenes(modules)] == ["demo", "archive"]
    assert registry_of(modules) is registry_of(modules)


def test_a_scene_that_was_never_released_has_no_digests(tmp_path):
    assert released(str(tmp_path / "scene.py")) == {}
    (tmp_path / "released.json").write_text('{"p/1": "0"}')
    assert released(str(tmp_path / "scene.py")) == {"p/1": "0"}
