"""The archive on PostgreSQL: the pack's row gives the last day, the kernel's own day says whether it is over."""

from uuid import uuid4

import pytest

from tests.kernel.matters.conftest import Road
from tests.people import actor
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.chains import verify_matter
from tianping.kernel.matters.models import Entry, Fact, Matter, Proceeding
from tianping.kernel.matters.snapshot import Snapshot
from tianping.kernel.packs.book import book
from tianping.kernel.service import advance, show

pytestmark = pytest.mark.django_db
J = "990101"


class File:
    """A declined matter in the archive."""

    def __init__(self):
        self.matter = Road().matter
        with acting(system_actor(J)):
            first = Proceeding.objects.get(matter_id=self.matter)
        advance(first.id, "decline", actor=actor("dispatcher"), form={"reason": "不受理"}, key=str(uuid4()))
        with acting(system_actor(J)):
            self.proceeding = Proceeding.objects.get(matter_id=self.matter, procedure="archive").id
            self.filed = Matter.objects.get(id=self.matter).changed_at.astimezone(SHANGHAI).year

    def take(self, step, who="archivist", **form):
        return advance(self.proceeding, step, actor=actor(who), form=form, key=str(uuid4()))

    def fact(self, concept):
        with acting(system_actor(J)):
            return Fact.objects.filter(matter_id=self.matter, concept=concept, superseded_by=None).first()


@pytest.fixture
def file():
    return File()


@pytest.fixture
def keep():
    """years -> code, of the rows that say how long something is kept."""
    return {r.years: r.code for r in book(J).rows("retention") if r.action == "keep"}


def test_the_last_day_is_the_rows_and_stands_in_the_entry(file, keep):
    file.take("retain", retention=keep[30])
    assert file.fact("retention_until").value == f"{file.filed + 30}-12-31"
    with acting(system_actor(J)):
        body = bytes(Entry.objects.get(matter_id=file.matter, step="retain").body).decode()
    assert f'"retention_until":{{"concept":"retention_until","value":"{file.filed + 30}-12-31"}}' in body


def test_nobody_types_it(file, keep):
    with pytest.raises(RefusedError) as error:
        file.take("retain", retention=keep[30], retention_until="2027-01-01")
    assert "retention_until" in error.value.fields


def test_what_is_kept_for_good_takes_the_day_back(file, keep):
    file.take("retain", retention=keep[30])
    file.take("retain", retention=keep[None])
    assert file.fact("retention_until") is None
    with acting(system_actor(J)):
        assert verify_matter(file.matter, J) == []


def test_it_is_destroyed_when_the_day_is_over_and_not_before(file, keep, monkeypatch):
    file.take("retain", retention=keep[30])
    file.take("freeze", archive_number="990101-1")
    file.take("appraise", note="到期鉴定")
    form = {"decided_on": "2026-11-24", "reason": "鉴定无保存价值"}
    last = f"{file.filed + 30}-12-31"
    with pytest.raises(RefusedError) as error:
        file.take("destroy", "leader", **form)
    assert error.value.sentence % error.value.values == f"要保管到{last}，期满以后才能销毁"
    monkeypatch.setattr(Snapshot, "today", last)
    with pytest.raises(RefusedError):
        file.take("destroy", "leader", **form)
    monkeypatch.setattr(Snapshot, "today", f"{file.filed + 31}-01-01")
    file.take("destroy", "leader", **form)
    with acting(system_actor(J)):
        assert Matter.objects.get(id=file.matter).state == "destroyed"


def test_the_leaders_page_shows_until_when(file, keep):
    file.take("retain", retention=keep[30])
    file.take("freeze", archive_number="990101-1")
    file.take("appraise", note="到期鉴定")
    view = next(p for p in show(actor("leader"), file.matter, "archive").proceedings if p.procedure.name == "archive")
    (offer,) = [o for o in view.offers if o.step.name == "destroy"]
    assert offer.refusal % offer.values == f"要保管到{file.filed + 30}-12-31，期满以后才能销毁"


def test_what_is_to_be_handed_over_is_refused_by_the_row(file):
    code = next(r.code for r in book(J).rows("retention") if r.action == "transfer")
    with pytest.raises(RefusedError, match="不是保管期限"):
        file.take("retain", retention=code)
