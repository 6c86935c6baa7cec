"""Guards: what is hidden does not exist, and who may not yet is led there and back."""

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from tianping.kernel.agencies.actors import guest_actor
from tianping.kernel.lifecycle.state import Actor
from tianping.web.accounts.guards import post_required, proof_required, staff_required

J = "990101"


def ask(view, actor, posts=(), method="get"):
    request = getattr(RequestFactory(), method)("/here/?a=1")
    request.actor, request.posts = actor, list(posts)
    return view(request)


def fine(request):
    return HttpResponse("fine")


def test_a_guest_is_led_to_the_log_in_and_back():
    assert ask(staff_required(fine), guest_actor(J)).headers["Location"] == "/login/?next=%2Fhere%2F%3Fa%3D1"


def test_a_form_that_was_sent_is_not_come_back_to():
    assert ask(staff_required(fine), guest_actor(J), method="post").headers["Location"] == "/login/"


@pytest.mark.parametrize("kind", ["citizen"])
def test_for_a_citizen_a_staff_page_does_not_exist(kind):
    with pytest.raises(Http404):
        ask(staff_required(fine), Actor(kind=kind, jurisdiction=J))


def test_without_the_post_a_page_does_not_exist():
    with pytest.raises(Http404):
        ask(post_required("auditor")(fine), Actor(kind="staff", jurisdiction=J))


@pytest.mark.parametrize(("proof", "status"), [("none", 302), ("code", 302), ("identity", 200)])
def test_a_page_that_needs_an_identity_opens_with_that_proof_alone(proof, status):
    actor = Actor(kind="citizen" if proof == "identity" else "guest", jurisdiction=J, proof=proof)
    answer = ask(proof_required("identity")(fine), actor)
    assert answer.status_code == status
    assert status == 200 or answer.headers["Location"].startswith("/identity/?next=")


def test_for_staff_a_citizens_page_does_not_exist():
    with pytest.raises(Http404):
        ask(proof_required("identity")(fine), Actor(kind="staff", jurisdiction=J, proof="identity"))
