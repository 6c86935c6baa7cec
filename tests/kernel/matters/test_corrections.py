"""A corrected value is one more value of what it corrects: shown as that, found by, and gone when that is erased."""

import pytest
from django.db import connection

from tests.people import actor
from tianping.capabilities.search.find import find
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.models import Entry, Matter, Sealed
from tianping.kernel.matters.readers.work import work
from tianping.kernel.matters.vault import vault
from tianping.kernel.service import alike_to, reveal, show

JURISDICTION = "990101"
# concept -> (what was told first, what it was corrected to); each word occurs nowhere else
CASES = {
    "title": ("alphatitle", "betatitle"),
    "description": ("alphatold", "betatold"),
    "place": ("alphaplace", "betaplace"),
    "reporter_name": ("alphaname", "betaname"),
    "reporter_phone": ("13911112222", "13933334444"),
    "reporter_id_number": ("11010519491231002X", "440524188001010014"),
}


def corrected(road, concept, old, new):
    one = road(**{concept: old})
    one.take("correct", "dispatcher", concept=concept, value=new, reason="写错了")
    return one


def everything(owner):
    """Every row of every table as text; bytes stand in it as hexadecimal."""
    tables = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return [(t, row[0]) for (t,) in tables for row in owner.execute(f"SELECT x::text FROM {t} x").fetchall()]


def traces(owner, matter, concept, value):
    """The tables that hold the value: in words, as bytes, under the blind index, or sealed with a key that still opens."""
    wanted = [value, value.encode().hex()]
    kind = next((k for k in ("name", "phone", "id_number") if concept.endswith(f"_{k}")), "text")
    wanted.append(vault().blind(kind, value).hex())
    found = {table for table, text in everything(owner) for word in wanted if word in text}
    with acting(system_actor(JURISDICTION)):
        rows = list(Sealed.objects.filter(matter_id=matter, blob__isnull=False))
    opened = [vault().open(r.entry_id, r.field, r.kek, r.seed, r.blob)[0] for r in rows]
    return found | ({"sealed"} if any(value in text for text in opened) else set())


@pytest.mark.parametrize("concept", CASES)
def test_an_erasure_takes_the_corrected_value_too(owner, road, concept):
    old, new = CASES[concept]
    one = corrected(road, concept, old, new)
    work(JURISDICTION, once=True)
    assert "sealed" in traces(owner, one.matter, concept, new)
    one.take("erase", "supervisor", concept=concept, reason="本人申请")
    work(JURISDICTION, once=True)
    assert traces(owner, one.matter, concept, new) == set()
    assert traces(owner, one.matter, concept, old) == set()
    assert verify_chains(JURISDICTION).faults == []


def test_what_the_scan_looks_for_is_there_before(owner, road):
    for concept, tables in (
        ("title", {"matter", "sealed", "search_doc"}),
        ("reporter_phone", {"identifier", "sealed"}),
    ):
        one = corrected(road, concept, *CASES[concept])
        work(JURISDICTION, once=True)
        assert traces(owner, one.matter, concept, CASES[concept][1]) == tables


@pytest.mark.django_db
def test_the_entry_names_what_was_corrected_and_commits_to_it(road):
    one = corrected(road, "reporter_phone", *CASES["reporter_phone"])
    with acting(actor("dispatcher")):
        body = bytes(Entry.objects.get(matter_id=one.matter, step="correct").body).decode()
        assert Sealed.objects.get(matter_id=one.matter, field="value").concept == "reporter_phone"
    assert '"value":{"concept":"reporter_phone"}' in body
    assert "13933334444" not in body


@pytest.mark.django_db
def test_a_corrected_number_is_masked_and_opened_as_the_number(road):
    one = corrected(road, "reporter_phone", *CASES["reporter_phone"])
    assert "13933334444" not in repr(show(actor("dispatcher"), one.matter, "handling"))
    assert reveal(actor("dispatcher"), one.matter, "reporter_phone", "contact") == "13933334444"


@pytest.mark.django_db
@pytest.mark.parametrize("concept", ["reporter_name", "reporter_phone"])
def test_the_person_is_found_by_the_right_value_and_not_by_the_wrong_one(road, concept):
    old, new = CASES[concept]
    one = corrected(road, concept, old, new)
    assert find(actor("dispatcher"), new, 5) == [one.matter]
    assert find(actor("dispatcher"), old, 5) == []


@pytest.mark.django_db
def test_the_same_words_are_recognised_after_a_correction(road):
    one = corrected(road, "description", *CASES["description"])
    assert [a.matter for a in alike_to(actor("dispatcher"), description="betatold")] == [one.matter]
    assert alike_to(actor("dispatcher"), description="alphatold") == []


@pytest.mark.django_db
def test_what_is_not_personal_is_corrected_in_the_open(road):
    one = road().to("dispatch")
    one.take("correct", "dispatcher", concept="grade", value="2", reason="定高了")
    with acting(actor("dispatcher")):
        assert Matter.objects.get(id=one.matter).grade == "2"
        assert (
            '"concept":"grade","value":"2"'
            in bytes(Entry.objects.get(matter_id=one.matter, step="correct").body).decode()
        )
    assert show(actor("dispatcher"), one.matter, "handling").facts["grade"] == "2"


@pytest.mark.django_db
def test_what_was_never_told_is_not_corrected(road):
    with pytest.raises(RefusedError, match="没有登记过这一项"):
        road().take("correct", "dispatcher", concept="other_phone", value="13900000000", reason="补")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identifier WHERE field = 'value'")
        assert cursor.fetchone() == (0,)
