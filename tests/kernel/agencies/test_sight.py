"""What a post looks over, as a range of paths; which keys and which proof an actor carries. No database is asked."""

from uuid import UUID

import pytest

from tianping.kernel.agencies.actors import Held, citizen_actor, guest_actor, staff_actor
from tianping.kernel.agencies.models import User

ME = User(id=UUID(int=1), jurisdiction="990101", name="王芳")


def held(kind, path, agency_kind="bureau", number=7):
    return Held(UUID(int=number), kind, "岗位", path, "某单位", agency_kind, "单位", "An office", deputy=False)


def sight(*posts, active=None):
    one = staff_actor(ME, posts, active)
    return one.lo, one.hi


@pytest.mark.parametrize("kind", ["dispatcher", "supervisor", "leader", "registrar"])
@pytest.mark.parametrize(
    ("path", "agency_kind", "lo", "hi"),
    [
        ("qingxi.zongzhi.", "centre", "qingxi.", "qingxi/"),
        ("qingxi.liuxi.office.", "governance_office", "qingxi.liuxi.", "qingxi.liuxi/"),
        ("qingxi.zongzhi.hotline.", "hotline", "qingxi.zongzhi.hotline.", "qingxi.zongzhi.hotline/"),
        ("qingxi.zhujian.", "bureau", "qingxi.zhujian.", "qingxi.zhujian/"),
        ("qingxi.", "county", "qingxi.", "qingxi/"),
        ("qingxi.", "centre", "qingxi.", "qingxi/"),
    ],
)
def test_a_post_of_oversight_looks_over_its_subtree_and_a_centre_over_what_lies_beside_it(
    kind, path, agency_kind, lo, hi
):
    assert sight(held(kind, path, agency_kind)) == (lo, hi)


@pytest.mark.parametrize("kind", ["handler", "head", "grid_worker", "mediator", "protector", "archivist", "auditor"])
@pytest.mark.parametrize("agency_kind", ["bureau", "centre", "county", "governance_office"])
def test_every_other_post_looks_over_nothing_but_the_head_of_a_governance_office(kind, agency_kind):
    looks = kind == "head" and agency_kind == "governance_office"
    found = sight(held(kind, "qingxi.liuxi.office.", agency_kind))
    assert found == (("qingxi.liuxi.", "qingxi.liuxi/") if looks else ("", ""))


def test_the_range_ends_before_every_neighbour_whose_name_begins_alike():
    lo, hi = sight(held("dispatcher", "qingxi.liuxi."))
    inside = ["qingxi.liuxi.", "qingxi.liuxi.office.", "qingxi.liuxi.zzz.~."]
    beside = ["qingxi.", "qingxi.liux.", "qingxi.liuxi2.", "qingxi.liuxia.", "qingxi.liv."]
    assert [p for p in inside + beside if lo.encode() <= p.encode() < hi.encode()] == inside


def test_only_the_chosen_post_gives_sight_while_every_post_gives_its_keys():
    near, far = held("handler", "qingxi.zhujian.", number=1), held("dispatcher", "qingxi.zongzhi.", "centre", number=2)
    assert sight(near, far) == ("", "")
    assert sight(near, far, active=far.id) == ("qingxi.", "qingxi/")
    one = staff_actor(ME, [near, far], UUID(int=99))  # a post that is gone: the first one
    assert (one.post, one.agency) == (near.id, "qingxi.zhujian.")
    assert one.keys == {
        f"person:{ME.id}",
        "handler@qingxi.zhujian.",
        "agency:qingxi.zhujian.",
        "dispatcher@qingxi.zongzhi.",
        "agency:qingxi.zongzhi.",
    }


@pytest.mark.parametrize("kind", ["auditor", "security_admin", "system_admin", "pack_editor"])
def test_who_keeps_the_house_has_the_key_of_the_post_and_none_of_the_office(kind):
    assert staff_actor(ME, [held(kind, "qingxi.zongzhi.", "centre")]).keys == {
        f"person:{ME.id}",
        f"{kind}@qingxi.zongzhi.",
    }


def test_staff_have_proved_who_they_are_and_sign_for_nobody_without_a_post():
    one = staff_actor(ME, [])
    assert (one.kind, one.jurisdiction, one.name, one.user, one.proof) == ("staff", "990101", "王芳", ME.id, "identity")
    assert (one.post, one.agency, one.lo, one.hi, one.keys) == (None, "", "", "", {f"person:{ME.id}"})


def test_a_citizen_carries_the_proof_that_was_given_and_the_subjects_it_shows():
    me = User(id=UUID(int=3), jurisdiction="990101", name="周桂兰", kind="citizen", subject_id=UUID(int=4))
    one = citizen_actor(me)
    assert (one.kind, one.jurisdiction, one.name, one.user) == ("citizen", "990101", "周桂兰", me.id)
    assert (one.subject, one.proof, one.keys) == (
        UUID(int=4),
        "identity",
        {f"person:{me.id}", f"subject:{UUID(int=4)}"},
    )
    more = citizen_actor(me, "phone", [UUID(int=5)])
    assert (more.proof, more.subject) == ("phone", UUID(int=4))
    assert more.keys == one.keys | {f"subject:{UUID(int=5)}"}
    nobody = User(id=UUID(int=6), jurisdiction="990101", name="")
    assert citizen_actor(nobody).keys == {f"person:{nobody.id}"}


def test_a_guest_proves_nothing_and_a_receipt_proves_a_code():
    guest = guest_actor("990101")
    assert (guest.kind, guest.jurisdiction, guest.keys, guest.subject, guest.proof) == (
        "guest", "990101", frozenset(), None, "none",
    )  # fmt: skip
    code = guest_actor("990101", b"\x0a\xff")
    assert (code.kind, code.keys, code.subject, code.proof) == ("guest", {"code:0aff"}, None, "code")
    assert guest_actor("990101", None, UUID(int=8)).subject is None
    assert guest_actor("990101", b"\x0a", UUID(int=8)).subject == UUID(int=8)
