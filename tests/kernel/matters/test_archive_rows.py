"""The archive on the record: how long follows from the pack and the day, and only what is over is destroyed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.kernel.matters.stored import J, row, rows
from tests.people import actor
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.matters.advance import advance
from tianping.kernel.matters.models import Fact, Matter, Proceeding
from tianping.kernel.packs.models import PackRelease, PackRow
from tianping.kernel.service import actor_for_code

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


class Filed:
    """A matter that was closed and waits for the archivist."""

    def __init__(self, road):
        self.one = road().to("answered")
        self.one.take("rate", actor_for_code(J, self.one.receipt.code), rating="5")
        self.one.take("close", "dispatcher")
        self.archive = row(Proceeding, procedure="archive")["id"]

    def take(self, step, who="archivist", **form):
        return advance(self.archive, step, actor=actor(who), form=form, key=str(uuid4()))

    def appraised(self, retention="matter.consult"):
        self.take("retain", retention=retention)
        self.take("freeze", archive_number="2026-1")
        self.take("appraise", note="到期了")
        return self


@pytest.fixture
def filed(road):
    return Filed(road)


def until():
    (value,) = [r["value"] for r in rows(Fact, concept="retention_until", superseded_by=None)]
    return value


def in_pack(code, **body):
    found = PackRow.objects.get(kind="retention", code=code, effective_to=None)
    PackRow.objects.filter(pk=found.pk).update(body=found.body | body)
    PackRelease.objects.create(jurisdiction=J, pack="qingxi", version=str(uuid4())[:8], digest=b"x")


def test_the_last_day_follows_from_the_packs_years_and_the_day_of_the_entry(filed):
    in_pack("matter.consult", years=5)
    filed.take("retain", retention="matter.consult")
    assert until() == date(TODAY.year + 5, 12, 31).isoformat()
    in_pack("matter.consult", years=7)
    filed.take("retain", retention="matter.consult")
    assert until() == date(TODAY.year + 7, 12, 31).isoformat()


def test_a_retention_that_is_not_in_force_is_no_choice(filed):
    PackRow.objects.filter(kind="retention", code="matter.consult").update(effective_to=TODAY)
    PackRelease.objects.create(jurisdiction=J, pack="qingxi", version="test", digest=b"x")
    with pytest.raises(RefusedError) as refused:
        filed.take("retain", retention="matter.consult")
    assert list(refused.value.fields) == ["retention"]
    PackRow.objects.filter(kind="retention", code="matter.consult").update(effective_to=TODAY + timedelta(days=1))
    PackRelease.objects.create(jurisdiction=J, pack="qingxi", version="test2", digest=b"x")
    filed.take("retain", retention="matter.consult")
    PackRow.objects.filter(kind="retention", code="matter.consult").update(
        effective_from=TODAY + timedelta(days=1), effective_to=None
    )
    PackRelease.objects.create(jurisdiction=J, pack="qingxi", version="test3", digest=b"x")
    with pytest.raises(RefusedError):
        filed.take("retain", retention="matter.consult")


@pytest.mark.parametrize(("days", "over"), [(1, False), (0, False), (-1, True)])
def test_what_is_kept_until_today_is_not_destroyed_before_tomorrow(filed, owned, days, over):
    filed.appraised()
    frozen = row(Matter)["archived_at"]
    owned(
        "UPDATE fact SET value = to_jsonb(%s::text) WHERE concept = 'retention_until' AND superseded_by IS NULL",
        [(TODAY + timedelta(days=days)).isoformat()],
    )
    form = {"decided_on": TODAY.isoformat(), "reason": "期满"}
    if not over:
        with pytest.raises(RefusedError) as refused:
            filed.take("destroy", "leader", **form)
        assert refused.value.reason == "guard"
        return
    filed.take("destroy", "leader", **form)
    matter = row(Matter)
    assert (matter["state"], matter["archived_at"]) == ("destroyed", frozen)
    assert row(Proceeding, procedure="archive")["closed_at"] is not None


def test_what_is_kept_for_good_is_never_destroyed(filed):
    in_pack("matter.consult", years=None)
    filed.appraised()
    assert rows(Fact, concept="retention_until", superseded_by=None) == [] or until() is None
    with pytest.raises(RefusedError, match="永久保管"):
        filed.take("destroy", "leader", decided_on=TODAY.isoformat(), reason="期满")
