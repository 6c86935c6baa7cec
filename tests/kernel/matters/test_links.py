"""Two matters side by side: a link is told on one chain and seen from both; what is linked stays as it was."""

import pytest

from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Entry, Link, Matter
from tianping.kernel.service import Query, actor_for_code, show, verify_here, worklist

pytestmark = pytest.mark.django_db


def row(one):
    with acting(system_actor("990101")):
        return Matter.objects.values().get(id=one.matter)


def test_a_link_is_seen_from_both_sides_and_leaves_the_other_as_it_was(road):
    one, other = road(title="第一件"), road(title="第二件").to("handling")
    before = row(other)
    one.take("link", "dispatcher", other_matter=str(other.matter))
    assert row(other) == before
    with acting(system_actor("990101")):
        (entry,) = Entry.objects.filter(step="link")
        assert {(link.matter_id, link.other_id, link.entry_id) for link in Link.objects.all()} == {
            (one.matter, other.matter, entry.id),
            (other.matter, one.matter, entry.id),
        }
    assert entry.matter_id == one.matter
    for here, there in ((one, other), (other, one)):
        ((matter, number, title),) = show(actor("dispatcher"), here.matter, "handling").links
        assert (matter, number, title) == (there.matter, there.receipt.number, row(there)["title"])
        assert verify_here(actor("dispatcher"), here.matter) == []


def test_a_link_to_what_somebody_may_not_see_is_not_shown_to_them(road):
    one, other = road().to("handling"), road()
    one.take("link", "dispatcher", other_matter=str(other.matter))
    assert show(actor("handler"), one.matter, "handling").links == []


def test_a_receipt_shows_one_matter_and_never_a_list(road):
    code = actor_for_code("990101", road().receipt.code)
    for view in ("todo", "sight"):
        assert worklist(code, Query(view=view)).rows == []
        assert worklist(guest(), Query(view=view)).rows == []
