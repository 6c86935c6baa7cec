"""What the other side, a stranger, an office without the key and a protected matter's neighbours get: nothing."""

import shutil
from dataclasses import replace
from uuid import uuid4

import msgspec
import psycopg
import pytest
from django.db import connections

from tests.conftest import CLUSTER
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import AccessRecord
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.matters.body import SUBJECTS
from tianping.kernel.matters.chains import verify_matter
from tianping.kernel.matters.models import Entry, Matter, Sealed
from tianping.kernel.matters.opening import open_each, open_values
from tianping.kernel.matters.progress import actor_for_code
from tianping.kernel.parties.models import Party
from tianping.kernel.service import alike, alike_to, note_read, reveal, show, verify_here

J = "990101"
OTHER = {"other_name": "楼上住户", "other_phone": "13900001111"}


def as_party(one, role, **more):
    """A citizen who has proven to be this party."""
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role=role).subject_id
    keys = frozenset({f"subject:{subject}"})
    return Actor(kind="citizen", jurisdiction=J, subject=subject, keys=keys, proof="identity", **more)


def entry(one, step):
    with acting(system_actor(J)):
        return Entry.objects.get(matter_id=one.matter, step=step)


# ── who reads ──
@pytest.mark.django_db
def test_the_other_side_reads_nothing_of_what_was_said_about_them(road):
    one = road(**OTHER)
    with pytest.raises(RefusedError) as refused:
        show(as_party(one, "other"), one.matter, "own")
    assert refused.value.reason == "unknown"
    view = show(as_party(one, "reporter"), one.matter, "own")
    assert [p.role for p in view.parties] == ["reporter"]


@pytest.mark.django_db
def test_a_reporter_reads_what_they_told_and_what_they_were_answered_but_not_the_offices_words(road):
    one = road().to("answered")
    view = show(as_party(one, "reporter"), one.matter, "own")
    said = {e.step: set(e.values) for e in view.entries}
    assert "description" in said["register"]
    assert said["answer"] == {"answer"}
    assert said["finish"] == set()  # public as a step; what the office wrote in it is not
    assert "triage" not in said
    assert {e.actor_name for e in view.entries} == {""}


@pytest.mark.django_db
def test_a_receipt_code_alone_opens_nothing(road):
    one = road()
    code = actor_for_code(J, one.receipt.code)
    with acting(code), pytest.raises(RefusedError) as refused:
        open_values(code, one.matter, "own", types={})
    assert refused.value.reason == "proof"


@pytest.mark.django_db
def test_where_nothing_is_sealed_nothing_is_recorded(road):
    one, who = road(), actor("dispatcher")
    with acting(who):
        assert open_values(who, one.matter, "handling", types={}, concepts=["answer"]) == []
    with acting(system_actor(J)):
        assert not AccessRecord.objects.exists()


@pytest.mark.django_db
def test_several_matters_opened_at_once_leave_a_record_each(road):
    one, other, empty = road(), road(description="河边有人倒垃圾"), uuid4()
    who = actor("dispatcher")
    with acting(who):
        opened = open_each(who, [one.matter, other.matter, empty], "handling", types={}, concepts=["description"])
    assert set(opened) == {one.matter, other.matter}
    assert [o.value for o in opened[other.matter]] == ["河边有人倒垃圾"]
    with acting(system_actor(J)):
        records = list(AccessRecord.objects.all())
    assert {(r.matter_id, tuple(r.what)) for r in records} == {(m, ("description",)) for m in opened}
    assert len(records) == 2


@pytest.mark.django_db
def test_an_unknown_purpose_opens_none_of_several(road):
    one, who = road(), actor("dispatcher")
    with acting(who), pytest.raises(RefusedError) as refused:
        open_each(who, [one.matter], "curiosity", types={})
    assert refused.value.reason == "purpose"


@pytest.mark.django_db
def test_a_record_names_each_concept_once_and_not_the_ids_of_people(road):
    one, who = road(**OTHER), actor("dispatcher")
    with acting(who):
        opened = open_values(who, one.matter, "handling", types={})
        assert any(value.concept == SUBJECTS for value in opened)
    with acting(system_actor(J)):
        (record,) = AccessRecord.objects.all()
    assert record.what == ["description", "other_name", "other_phone", "reporter_name", "reporter_phone", "title"]
    assert record.matter_id == one.matter


@pytest.mark.django_db
def test_many_rows_given_out_at_once_are_one_record_with_their_number(road):
    note_read(actor("supervisor"), "export", ["title", "place"], rows=321)
    with acting(system_actor(J)):
        (record,) = AccessRecord.objects.all()
    assert (record.purpose, record.what, record.rows, record.matter_id) == ("export", ["place", "title"], 321, None)


# ── without the key ──
@pytest.fixture
def lost_key(fresh, settings, tmp_path):
    """Take away the county's key, as on a node that never held it."""
    folder = tmp_path / "keys"
    shutil.copytree(settings.KEY_FOLDER, folder)
    settings.KEY_FOLDER = folder

    def lose():
        bare = tmp_path / "without"
        bare.mkdir(mode=0o700)
        shutil.copy(folder / "blind.json", bare)
        settings.KEY_FOLDER = bare

    yield lose
    connections["default"].close()


def test_a_node_without_the_key_shows_the_road_and_none_of_the_values(road, lost_key):
    one = road().to("handling")
    lost_key()
    who = actor("dispatcher")
    view = show(who, one.matter, "handling")
    assert [e.step for e in view.entries] == ["accept", "dispatch", "triage", "register"]
    assert "description" not in view.facts
    assert view.facts["category"] == "neighbour.leak"
    with acting(who):
        opened = open_values(who, one.matter, "handling", types={})
    assert {(o.state, o.value) for o in opened} == {("locked", None)}
    with pytest.raises(RefusedError):
        reveal(who, one.matter, "reporter_phone", "contact")


# ── erased ──
@pytest.mark.django_db
@pytest.mark.parametrize(("concept", "column"), [("title", "title"), ("place", "place")])
def test_an_erased_title_or_place_leaves_the_lists_too(road, concept, column):
    one = road(place="滨河社区3幢")
    one.take("erase", "supervisor", concept=concept, reason="本人申请")
    with acting(system_actor(J)):
        matter = Matter.objects.get(id=one.matter)
        left = Sealed.objects.filter(matter_id=one.matter, concept=concept)
        assert [(bytes(s.blob or b""), s.seed, s.erased_at is not None) for s in left] == [(b"", None, True)]
    assert getattr(matter, column) == ""
    assert {"title": matter.place, "place": matter.title}[column] != ""
    assert concept not in show(actor("dispatcher"), one.matter, "handling").facts
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    with acting(system_actor(J)):
        assert getattr(Matter.objects.get(id=one.matter), column) == ""
    assert verify_here(actor("dispatcher"), one.matter) == []


@pytest.mark.django_db
def test_an_erased_name_leaves_the_lists_as_they_were(road):
    one = road(place="滨河社区3幢")
    one.take("erase", "supervisor", concept="reporter_name", reason="本人申请")
    with acting(system_actor(J)):
        matter = Matter.objects.get(id=one.matter)
    assert (matter.title, matter.place) == ("楼上漏水", "滨河社区3幢")
    with acting(actor("dispatcher")):
        opened = open_values(actor("dispatcher"), one.matter, "handling", types={}, concepts=["reporter_name"])
    assert [(o.value, o.state) for o in opened] == [(None, "erased")]
    with pytest.raises(RefusedError):
        reveal(actor("dispatcher"), one.matter, "reporter_name", "contact")


# ── likeness ──
@pytest.mark.django_db
def test_a_protected_matter_is_like_none_and_none_is_like_it(road):
    plain, hidden = road(), road(violence=True)
    assert alike(actor("protector"), hidden.matter) == []
    assert [a.matter for a in alike(actor("dispatcher"), plain.matter)] == []
    twin = road()
    assert [a.matter for a in alike(actor("dispatcher"), plain.matter)] == [twin.matter]
    assert alike(actor("dispatcher"), uuid4()) == []
    assert alike(actor("handler"), plain.matter) == []


@pytest.mark.django_db
def test_looking_for_a_telephone_is_a_recorded_read_and_half_a_number_is_not(road):
    one = road()
    who = actor("registrar")
    assert alike_to(who, phone="1380000") == []
    with acting(system_actor(J)):
        assert not AccessRecord.objects.exists()
    (found,) = alike_to(who, phone=" 138 0000 2207 ")
    assert (found.matter, found.reasons) == (one.matter, ("同一个电话",))
    with acting(system_actor(J)):
        (record,) = AccessRecord.objects.all()
    assert (record.purpose, record.what, record.user_id) == ("search", ["reporter_phone"], who.user)


# ── who stands in an entry ──
@pytest.mark.django_db
def test_who_acts_for_another_stands_sealed_in_the_entry_beside_them(road):
    one = road()
    one.take("supplement", "dispatcher", reason="哪一户")
    ward = as_party(one, "reporter")
    guardian = replace(ward, subject=uuid4(), on_behalf=ward.subject)
    one.take("supplied", guardian, note="602")
    body = msgspec.json.decode(bytes(entry(one, "supplied").body))
    assert body["actor"] == {"kind": "citizen", "subject": "0", "on_behalf": "1"}
    assert str(ward.subject) not in str(body)
    who = actor("dispatcher")
    with acting(who):
        (subjects,) = [
            o.value
            for o in open_values(who, one.matter, "audit", types={})
            if o.concept == SUBJECTS and o.entry == entry(one, "supplied").id
        ]
    assert subjects == [str(guardian.subject), str(ward.subject)]


@pytest.mark.django_db
def test_an_official_stands_in_the_entry_by_post_and_a_guest_by_nothing(road):
    one = road()
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    who = actor("dispatcher")
    body = msgspec.json.decode(bytes(entry(one, "triage").body))
    assert body["actor"] == {"agency": who.agency, "kind": "staff", "post": str(who.post), "user": str(who.user)}
    assert msgspec.json.decode(bytes(entry(one, "register").body))["actor"] == {"kind": "guest"}


# ── the second digest ──
@pytest.mark.django_db
def test_a_deployment_that_asks_for_sm3_has_it_beside_every_entry(road, settings):
    plain = road().to("dispatch")
    settings.LEDGER_SM3 = True
    one = road().to("dispatch")
    with acting(system_actor(J)):
        first, second = Entry.objects.filter(matter_id=one.matter).order_by("seq")
        assert (first.sm3_prev, bytes(second.sm3_prev)) == (None, bytes(first.sm3))
        assert bytes(Matter.objects.get(id=one.matter).head_sm3) == bytes(second.sm3)
        assert [e.sm3 for e in Entry.objects.filter(matter_id=plain.matter)] == [None, None]
        assert verify_matter(one.matter, J) == verify_matter(plain.matter, J) == []


def test_a_broken_second_digest_is_named(fresh, road, settings):
    settings.LEDGER_SM3 = True
    one = road().to("dispatch")
    with psycopg.connect(CLUSTER.url("postgres", fresh), autocommit=True) as owner:
        owner.execute("UPDATE entry SET sm3 = sha256('x') WHERE matter_id = %s AND seq = 1", [one.matter])
    assert verify_here(actor("dispatcher"), one.matter) != []
    connections["default"].close()


@pytest.mark.django_db
def test_the_matter_of_somebody_else_does_not_exist_for_a_citizen(road):
    one = road()
    stranger = Actor(
        kind="citizen", jurisdiction=J, subject=uuid4(), keys=frozenset({f"subject:{uuid4()}"}), proof="identity"
    )
    for read in (lambda: show(stranger, one.matter, "own"), lambda: show(guest(), one.matter, "own")):
        with pytest.raises(RefusedError) as refused:
            read()
        assert refused.value.reason == "unknown"
