"""Who acts for a party: registered with scope, proof and last day, on the record; seen and refused by the same rules everywhere."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from tests.kernel.matters.conftest import OTHER, PHONE, paper, unknown
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Entry, Matter
from tianping.kernel.parties.models import Representation, Subject
from tianping.kernel.service import actor_for_code, open_paper, own_matters, progress, readers_of, reveal, show

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
AGENT = "13700000001"


def day(after=30):
    return str(timezone.localdate() + timedelta(days=after))


@pytest.fixture
def told(road):
    return road(other_name="楼上住户", other_phone=OTHER)


@pytest.fixture
def register(proven):
    """`register(road, **form)`: the window registers an agent with a general authority for the reporter."""

    def make(one, who="registrar", **form):
        clerk = actor(who)
        asked = {
            "represented": "reporter",
            "representation_kind": "agent",
            "representative_name": "陈律师",
            "representative_phone": AGENT,
            "authority": "general",
            "valid_until": day(),
            "proof_kind": "power_of_attorney",
            "files": [paper(clerk)],
        }
        given = {k: v for k, v in (asked | form).items() if v is not None}
        return one.take("represent", clerk, **given)

    return make


def standing_of(one):
    return [(r.name, r.standing) for r in show(actor("dispatcher"), one.matter, "handling").representatives]


def refused(call):
    with pytest.raises(RefusedError) as error:
        call()
    return error.value


def test_an_authority_stands_through_its_last_day(told, register, monkeypatch):
    register(told, valid_until=day(1))
    last = timezone.localdate() + timedelta(days=1)
    for today, standing in ((last, "now"), (last + timedelta(days=1), "over")):
        monkeypatch.setattr("tianping.kernel.matters.show.local_day", lambda _now, today=today: today)
        assert standing_of(told) == [("陈律师", standing)]


def test_who_only_represents_is_shown_beside_the_parties_and_not_among_them(told, register):
    register(told)
    view = show(actor("dispatcher"), told.matter, "handling")
    assert [(r.name, r.role, r.kind, r.entry) for r in view.representatives] == [
        ("陈律师", "reporter", "agent", view.entries[0].id)
    ]
    assert {p.role for p in view.parties} == {"reporter", "other"}


def test_the_agent_sees_and_speaks_for_the_party_and_the_record_says_for_whom(told, register, proven):
    register(told)
    agent = proven(AGENT)
    told.to("answered")
    assert [(m.matter, m.on_behalf) for m in own_matters(agent)] == [(told.matter, True)]
    view = show(agent, told.matter, "own")
    assert view.facts["reporter_name"] == "周桂兰"
    assert [r.name for r in view.representatives] == ["陈律师"]
    told.take("rate", agent, rating="4")
    with acting(system_actor("990101")):
        entry = Entry.objects.get(matter_id=told.matter, step="rate")
    assert (entry.actor_kind, b"on_behalf" in bytes(entry.body)) == ("citizen", True)
    principal = show(proven(), told.matter, "own")
    assert "rating" in next(e for e in principal.entries if e.step == "rate").values  # in the party's own words


def test_nobody_s_id_stands_in_the_chain_in_the_clear(told, register):
    register(told)
    with acting(system_actor("990101")):
        held = Representation.objects.get(matter_id=told.matter)
        body = bytes(Entry.objects.get(id=held.entry_id).body).decode()
    assert str(held.principal) not in body
    assert str(held.agent) not in body
    assert "陈律师" not in body


def test_a_scope_is_a_limit_on_page_and_step_alike(told, register, proven):
    register(told)
    agent = proven(AGENT)
    assert not {o.step.name for o in progress(agent, told.matter).offers} & {
        "ask_erasure",
        "ask_correction",
        "entrust_agent",
    }
    error = refused(lambda: told.take("ask_erasure", agent, note="删掉"))
    assert (error.reason, "授权里没有这一项" in error.sentence) == ("right", True)
    told.to("answered")
    assert {o.step.name for o in progress(agent, told.matter).offers} == {"add", "rate", "reopen"}


@pytest.mark.parametrize(
    ("authority", "may"),
    [("view", set()), ("general", {"rate", "reopen"}), ("special", {"rate", "reopen", "ask_erasure"})],
)
def test_each_authority_covers_what_it_says(told, register, proven, authority, may):
    register(told, authority=authority)
    told.to("answered")
    offered = {o.step.name for o in progress(proven(AGENT), told.matter).offers}
    assert offered & {"rate", "reopen", "ask_erasure", "entrust_agent"} == may


@pytest.mark.parametrize(("kind", "proof"), [("guardian", "household_register"), ("legal_representative", "licence")])
def test_who_acts_by_law_may_do_all_and_has_no_last_day(told, register, proven, kind, proof):
    register(told, representation_kind=kind, proof_kind=proof, authority=None, valid_until=None)
    assert {"ask_erasure", "entrust_agent"} <= {o.step.name for o in progress(proven(AGENT), told.matter).offers}


def test_after_the_last_day_the_matter_is_gone(told, register, proven, monkeypatch):
    register(told, valid_until=day(0))
    assert progress(proven(AGENT), told.matter).matter == told.matter
    monkeypatch.setattr(
        "tianping.kernel.matters.standing.timezone.localdate", lambda: timezone.now().date() + timedelta(2)
    )
    late = proven(AGENT)
    for call in (
        lambda: show(late, told.matter, "own"),
        lambda: progress(late, told.matter),
        lambda: readers_of(late, told.matter),
        lambda: told.take("supplied", late, note="还有"),
    ):
        assert unknown(call)
    assert own_matters(late) == []


def test_a_session_that_outlives_the_last_day_is_refused_by_the_rule(told, register, proven, monkeypatch):
    register(told, valid_until=day(0))
    agent = proven(AGENT)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("tianping.kernel.matters.standing.local_day", lambda _now: tomorrow)
    assert unknown(lambda: show(agent, told.matter, "own"))
    told.take("supplement", "dispatcher", reason="说清楚")
    assert refused(lambda: told.take("supplied", agent, note="还有")).sentence.startswith("授权已经到期")


def test_after_it_was_ended_the_matter_is_gone_at_once(told, register, proven):
    register(told)
    agent = proven(AGENT)
    ((ident, _standing),) = [
        (r.id, r.standing) for r in show(actor("dispatcher"), told.matter, "handling").representatives
    ]
    told.take("end_representation", "dispatcher", representation=str(ident), reason="委托人来取消")
    for who in (agent, proven(AGENT)):
        assert unknown(lambda who=who: show(who, told.matter, "own"))
        assert unknown(lambda who=who: told.take("supplied", who, note="还有"))
    assert standing_of(told) == [("陈律师", "ended")]
    assert refused(lambda: told.take("end_representation", "dispatcher", representation=str(ident))).reason == "guard"


def test_a_party_entrusts_and_ends_it_again(told, proven):
    told.take(
        "entrust_agent",
        proven(),
        representative_name="侄女",
        representative_phone=AGENT,
        authority="view",
        valid_until=day(),
    )
    (held,) = show(proven(), told.matter, "own").representatives
    assert (held.name, held.kind, held.proof, held.scope) == ("侄女", "agent", "party", ("view",))
    assert progress(proven(AGENT), told.matter).offers == []
    told.take("end_representation", proven(), representation=str(held.id))
    assert standing_of(told) == [("侄女", "ended")]


def test_a_code_alone_entrusts_nobody(told):
    holder = actor_for_code("990101", told.receipt.code)
    form = {"representative_name": "侄女", "representative_phone": AGENT, "authority": "view", "valid_until": day()}
    assert refused(lambda: told.take("entrust_agent", holder, **form)).reason == "proof"


def test_a_party_ends_only_what_is_their_own(told, road, register, proven):
    other = road(reporter_phone="13700000009")
    register(other)
    ((ident, _s),) = [(r.id, r.standing) for r in show(actor("dispatcher"), other.matter, "handling").representatives]
    assert refused(lambda: told.take("end_representation", proven(), representation=str(ident))).reason == "guard"
    register(told, represented="other")
    (held,) = show(actor("dispatcher"), told.matter, "handling").representatives
    assert refused(lambda: told.take("end_representation", proven(), representation=str(held.id))).reason == "guard"


def test_who_acts_for_somebody_who_is_not_told_of_it_is_not_told_either(told, register, proven):
    register(told, represented="other")
    assert unknown(lambda: progress(proven(AGENT), told.matter))
    assert own_matters(proven(AGENT)) == []


@pytest.mark.parametrize(
    "form",
    [
        {"representative_phone": OTHER},
        {"representative_name": "楼上 住户"},
        {"represented": "other", "representative_phone": PHONE},
        {"representation_kind": "guardian", "representative_phone": OTHER, "authority": None},
    ],
    ids=["phone", "name", "for the other side", "guardian"],
)
def test_the_other_side_acts_for_nobody(told, register, form):
    assert "对方" in refused(lambda: register(told, **form)).sentence


def test_nobody_acts_for_both_sides(told, register):
    register(told)
    assert "对方" in refused(lambda: register(told, represented="other")).sentence
    (held,) = show(actor("dispatcher"), told.matter, "handling").representatives
    told.take("end_representation", "registrar", representation=str(held.id))
    register(told, represented="other")


def test_a_guardian_who_turns_out_to_be_the_other_side_is_excluded(road, register, proven):
    """They were registered under another name and phone than the one they are a party by."""
    told = road(other_name="张三")
    register(told, representation_kind="guardian", proof_kind="household_register", authority=None)
    guardian = proven(AGENT)
    assert progress(guardian, told.matter)
    with acting(system_actor("990101")), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identifier SELECT i.jurisdiction, gen_random_uuid(), p.subject_id, 'phone', i.blind, i.matter_id,"
            " i.entry_id, i.field"
            " FROM identifier i JOIN party p ON p.matter_id = i.matter_id AND p.role = 'other'"
            " WHERE i.matter_id = %s AND i.field = 'representative_phone'",
            [told.matter],
        )
    both = proven(AGENT)
    assert unknown(lambda: show(both, told.matter, "own"))
    assert unknown(lambda: progress(both, told.matter))
    told.take("supplement", "dispatcher", reason="说清楚")
    assert "监护人是这件事的对方" in refused(lambda: told.take("supplied", both, note="不是我")).sentence


@pytest.mark.parametrize(
    ("form", "told_of"),
    [
        ({"files": None}, "证明"),
        ({"authority": None}, "能办哪些"),
        ({"valid_until": None}, "到哪天"),
        ({"valid_until": day(-1)}, "到哪天"),
        ({"representative_phone": "123"}, "补充或修改"),
    ],
)
def test_proof_scope_and_last_day_are_asked_for(told, register, form, told_of):
    assert told_of in refused(lambda: register(told, **form)).sentence


def test_a_side_that_nobody_registered_is_represented_by_nobody(road, register):
    assert "没有登记这一方" in refused(lambda: register(road(), represented="other")).fields["represented"]


def test_of_several_on_one_side_each_entrusts_for_themselves(told, register, proven):
    from tests.kernel.matters.test_own import second_reporter

    second_reporter(told, proven("13700000002").subject)
    assert "不止一人" in refused(lambda: register(told)).fields["represented"]


def test_an_agent_reads_no_number_and_entrusts_nobody(told, register, proven):
    register(told, authority="special")
    agent = proven(AGENT)
    assert unknown(lambda: reveal(agent, told.matter, "reporter_phone", "own"))
    form = {
        "representative_name": "别人",
        "representative_phone": "13700000003",
        "authority": "view",
        "valid_until": day(),
    }
    assert refused(lambda: told.take("entrust_agent", agent, **form)).reason == "right"


def test_of_several_agents_each_number_is_asked_for_by_its_entry(told, register):
    register(told)
    register(told, representative_name="李律师", representative_phone="13700000004")
    held = {r.name: r.entry for r in show(actor("dispatcher"), told.matter, "handling").representatives}
    for name, number in (("陈律师", AGENT), ("李律师", "13700000004")):
        assert reveal(actor("dispatcher"), told.matter, "representative_phone", "contact", held[name]) == number
    assert AGENT not in repr(show(actor("dispatcher"), told.matter, "handling"))


def test_the_proof_is_the_office_s_to_keep_and_the_party_s_to_see(told, register, proven):
    register(told)
    with acting(system_actor("990101")):
        document = Representation.objects.get(matter_id=told.matter).document_id
    assert open_paper(proven(), document, "own")
    assert unknown(lambda: open_paper(proven("13700000005"), document, "own"))


def test_in_a_protected_matter_the_protector_registers_and_the_guardian_sees(road, register, proven):
    told = road(violence=True)
    assert unknown(lambda: register(told))
    register(told, who="protector", representation_kind="guardian", proof_kind="household_register", authority=None)
    assert progress(proven(AGENT), told.matter).protected
    assert unknown(lambda: progress(proven(), told.matter))  # a protected party's phone proves nothing
    with acting(system_actor("990101")):
        assert sorted(Subject.objects.filter(id__in=_parties(told)).values_list("protected", flat=True)) == [
            False,
            True,
        ]


def _parties(one):
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM party WHERE matter_id = %s", [one.matter])
        return [row[0] for row in cursor.fetchall()]


def test_what_is_split_off_has_no_agents(told, register, proven):
    register(told)
    told.to("handling")
    told.take("split", "handler", description="楼道灯也不亮", title="楼道灯不亮")
    ((twin, _number, _title),) = show(actor("dispatcher"), told.matter, "handling").links
    assert show(actor("dispatcher"), twin, "handling").representatives == []
    assert [m.matter for m in own_matters(proven(AGENT))] == [told.matter]


@pytest.mark.parametrize("change", ["scope = '[\"all\"]'", "expires = NULL", "principal = agent"])
def test_what_was_registered_is_not_rewritten(told, register, change):
    register(told)
    with pytest.raises(ProgrammingError), acting(system_actor("990101")), connection.cursor() as cursor:
        cursor.execute(f"UPDATE representation SET {change}")


def test_a_representation_is_seen_with_its_matter_alone(told, register, proven):
    register(told)
    for who, seen in (("dispatcher", 1), ("other_handler", 0)):
        with acting(actor(who)), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM representation")
            assert cursor.fetchone() == (seen,)
    with acting(system_actor("990101")):
        assert f"represents:{Representation.objects.get().id}" in Matter.objects.get(id=told.matter).audience
