"""A reporter adds something at any time by the code: it is taken in, the handler sees it, and it is not read back by the code."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.people import JURISDICTION, actor
from tests.web.citizen.test_standing import PNG
from tianping.capabilities.notices.reader import Notices
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.models import Entry, Proceeding
from tianping.kernel.matters.readers.cursor import run_once
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.service import actor_for_code, advance, show
from tianping.scenes.intake.guards import ADDED_AT_MOST

pytestmark = pytest.mark.django_db


def handled(road):
    one = road()
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    one.take("dispatch", "dispatcher", agency="zhujian")
    one.take("accept", "handler")
    return one


def test_it_is_offered_taken_in_and_not_told_again(holding, road):
    one = handled(road)
    session = holding(one.code)
    assert 'href="/standing/add/"' in session.get("/standing/").content.decode()
    assert "说明" in session.get("/standing/add/").content.decode()
    sent = {
        "note": "昨晚又漏到卧室了",
        "files": [SimpleUploadedFile("卧室.png", PNG, "image/png")],
        "key": "k" * 20,
    }
    page = session.post("/standing/add/", sent, follow=True).content.decode()
    assert "您补充了情况" in page
    assert "卧室" not in page
    view = show(actor("handler"), one.matter, "handling")
    assert view.entries[0].values["note"] == "昨晚又漏到卧室了"
    assert [p.name for p in view.papers] == ["卧室.png"]
    assert view.row["state"] == "handling"


def test_nothing_is_added_without_a_word(holding, road):
    refused = holding(road().code).post("/standing/add/", {"note": ""})
    assert refused.status_code == 422


def test_the_proven_reporter_reads_it_again(proven, holding, road):
    one = handled(road)
    holding(one.code).post("/standing/add/", {"note": "昨晚又漏到卧室了"})
    assert "昨晚又漏到卧室了" in proven().get(f"/mine/{one.matter}/").content.decode()


@pytest.mark.parametrize("cases", [{}, {"violence": True}])
def test_from_the_first_moment_and_under_protection_too(road, cases):
    one = road(**cases)
    advance(
        one.receipt.proceeding, "add", actor=actor_for_code(JURISDICTION, one.code), form={"note": "又一句"}, key="k"
    )
    who = "protector" if cases else "dispatcher"
    assert show(actor(who), one.matter, "handling").entries[0].values["note"] == "又一句"


def test_who_has_it_in_hand_is_told(road):
    one = handled(road)
    while sequence(JURISDICTION) + run_once(Notices(), JURISDICTION):
        pass
    advance(one.receipt.proceeding, "add", actor=actor_for_code(JURISDICTION, one.code), form={"note": "又漏"}, key="k")
    while sequence(JURISDICTION) + run_once(Notices(), JURISDICTION):
        pass
    with acting(system_actor(JURISDICTION)), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT to_key FROM notice WHERE matter_id = %s AND kind = 'added'", [one.matter])
        told = {row[0] for row in cursor.fetchall()}
    assert "handler@qingxi.zhujian." in told


def test_it_hinders_nobody_from_taking_back_a_step(road):
    one = road()
    one.take("triage", "dispatcher", category="neighbour.leak", grade="3")
    advance(one.receipt.proceeding, "add", actor=actor_for_code(JURISDICTION, one.code), form={"note": "又漏"}, key="k")
    one.take("undo", "dispatcher", reason="定错了")
    with acting(system_actor(JURISDICTION)):
        assert Proceeding.objects.get(id=one.receipt.proceeding).state == "triage"


def test_nobody_else_adds_in_their_name(road):
    one, other = handled(road), road()
    for who in (actor("handler"), actor("dispatcher"), actor_for_code(JURISDICTION, other.code)):
        with pytest.raises(RefusedError):
            advance(one.receipt.proceeding, "add", actor=who, form={"note": "冒充"}, key="k")


def test_after_very_many_a_call_is_better(holding, road):
    one = handled(road)
    with acting(system_actor(JURISDICTION)):
        proceeding = Proceeding.objects.filter(id=one.receipt.proceeding)
        proceeding.update(counts=proceeding.get().counts | {"add": ADDED_AT_MOST})
    with pytest.raises(RefusedError, match="请打电话"):
        advance(
            one.receipt.proceeding, "add", actor=actor_for_code(JURISDICTION, one.code), form={"note": "又"}, key="k"
        )
    assert "/standing/add/" not in holding(one.code).get("/standing/").content.decode()


# ── what is in the archive ───────────────────────────────────────────────────────────────────────────────────────────
def archived(road):
    one = road().answered()
    advance(one.receipt.proceeding, "rate", actor=actor_for_code(JURISDICTION, one.code), form={"rating": "5"}, key="k")
    one.take("close", "dispatcher")
    return one


def test_of_an_archived_matter_its_proven_party_still_asks_for_correction_and_erasure(proven, holding, road):
    one = archived(road)
    page = proven().get(f"/mine/{one.matter}/").content.decode()
    for step in ("ask_correction", "ask_erasure"):
        assert f'href="/mine/{one.matter}/{step}/"' in page
    assert "ask_erasure" not in holding(one.code).get("/standing/").content.decode()
    done = proven().post(f"/mine/{one.matter}/ask_erasure/", {"note": "删掉我的电话", "key": "a" * 20}, follow=True)
    assert "您要求删除个人信息" in done.content.decode()


def test_the_supervisor_erases_in_the_archive_and_the_archivist_notes_beside_it(road):
    one = archived(road)
    with acting(system_actor(JURISDICTION)):
        archive = Proceeding.objects.get(matter_id=one.matter, procedure="archive").id
    form = {"concept": "reporter_phone", "reason": "本人申请"}
    with pytest.raises(RefusedError):
        advance(archive, "erase", actor=actor("archivist"), form=form, key="k")
    advance(archive, "erase", actor=actor("supervisor"), form=form, key="k")
    advance(archive, "annotate", actor=actor("archivist"), form={"note": "电话已依法删除"}, key="k")
    view = show(actor("supervisor"), one.matter, "handling")
    assert "reporter_phone" not in view.state.facts
    with acting(system_actor(JURISDICTION)):
        assert Entry.objects.filter(matter_id=one.matter, procedure="archive").count() == 3


def test_a_frozen_file_is_not_rewritten(road):
    view = show(actor("archivist"), archived(road).matter, "archive")
    offered = {o.step.name for p in view.proceedings if p.procedure.name == "archive" for o in p.offers}
    assert "annotate" in offered
    assert not {"correct", "erase"} & offered
