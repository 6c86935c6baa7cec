"""Live updates: heard by who may see, resumed without loss, silent to everybody else."""

import asyncio
import time
from uuid import uuid4

import pytest
from django.conf import settings as conf
from django.utils import timezone

from tests.capabilities.live.kit import J, Stream, alone, beside, cookie, scope, serving, session, status
from tests.kernel.matters.conftest import Road
from tests.people import WHO, actor
from tianping.capabilities.live import look
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.models import Appointment, User
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.models import Party


def test_who_may_see_a_matter_hears_that_it_moved(fresh):
    one, cookies = Road().to("accepting"), cookie("handler")
    sequence(J)

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}", cookies)).open()
            greeting = await stream.next()
            await beside(lambda: one.take("accept", "handler"))
            heard = await stream.next()
            await stream.leave()
            return greeting, heard

    (position, name, _data), heard = alone(run())
    assert (position, name) == (3, None)
    assert heard == (
        4,
        "matter",
        {"matter": str(one.matter), "procedure": "intake", "state": "handling", "step": "accept"},
    )


def test_a_list_hears_of_what_is_in_sight_and_of_nothing_else(fresh):
    cookies, other = cookie("handler"), cookie("other_handler")

    async def run():
        async with serving() as app:
            mine, theirs = (
                await Stream(app, scope("list=1", cookies)).open(),
                await Stream(app, scope("list=1", other)).open(),
            )
            assert (await mine.next())[1] is None
            assert (await theirs.next())[1] is None
            protected = await beside(lambda: Road(violence="yes"))
            one = await beside(lambda: Road().to("accepting"))
            names = [(await mine.next())[1:] for _ in range(2)]
            with pytest.raises(asyncio.TimeoutError):
                await theirs.next(0.4)
            return one, protected, names, mine.rest

    one, protected, names, rest = alone(run())
    assert [name for name, _data in names] == ["worklist", "triage"]
    assert {data["matter"] for _name, data in names} == {str(one.matter)}
    assert str(protected.matter) not in rest


def test_a_listener_that_was_away_loses_nothing(fresh):
    one, cookies = Road(), cookie("dispatcher")
    sequence(J)
    one.to("answered")
    sequence(J)

    async def run(asked):
        async with serving() as app:
            stream = await Stream(app, asked).open()
            heard = [await stream.next() for _ in range(6)]
            await stream.leave()
            return heard

    by_header = alone(run(scope(f"matter={one.matter}", cookies, last=1)))
    by_query = alone(run(scope(f"matter={one.matter}&last_event_id=1", cookies)))
    assert by_header == by_query
    assert [(position, data["step"]) for position, _name, data in by_header] == list(
        zip(range(2, 8), ["triage", "dispatch", "accept", "finish", "verify", "answer"], strict=True)
    )


@pytest.mark.parametrize("last", [10**9, 0])
def test_a_listener_that_was_away_too_long_is_told_to_look_anew(fresh, last, monkeypatch):
    one, cookies = Road().to("answered"), cookie("dispatcher")
    sequence(J)
    monkeypatch.setattr(look, "FAR", 3)

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}&names=road,terms", cookies, last=last)).open()
            heard = [await stream.next(), await stream.next()]
            await stream.leave()
            return heard

    assert alone(run()) == [(7, "road", {"position": 7}), (7, "terms", {"position": 7})]


def test_more_than_fits_into_one_look_comes_in_order(fresh, monkeypatch):
    one, cookies = Road().to("answered"), cookie("dispatcher")
    sequence(J)
    monkeypatch.setattr(look, "MOST", 2)

    async def run():
        async with serving() as app:
            stream = await Stream(app, scope(f"matter={one.matter}", cookies, last=1)).open()
            heard = [(await stream.next())[0] for _ in range(6)]
            await stream.leave()
            return heard

    assert alone(run()) == [2, 3, 4, 5, 6, 7]


def test_what_must_not_be_heard_is_refused(fresh):
    one, hidden = Road().to("accepting"), Road(violence="yes")
    handler, other = cookie("handler"), cookie("other_handler")
    asked = {
        401: [scope("list=1"), scope("list=1", "sessionid=nonsense")],
        404: [
            scope(f"matter={one.matter}", other),
            scope(f"matter={hidden.matter}", handler),
            scope(f"matter={uuid4()}", handler),
            scope("matter=x", handler),
            scope("list=1", handler, path="/live/other"),
        ],
        400: [scope("", handler), scope("list=1&names=Bad%20Name", handler)],
        405: [scope("list=1", handler, method="POST")],
        200: [scope(f"matter={one.matter}", handler)],
    }
    for wanted, scopes in asked.items():
        assert [status(s) for s in scopes] == [wanted] * len(scopes)
    assert status(scope("list=1", handler), most=0) == 503


def test_a_password_alone_and_a_session_grown_old_hear_nothing(fresh, settings):
    settings.SECOND_FACTOR = "required"
    user = User.objects.get(username=WHO["handler"])
    store = session(user)
    cookies, second = f"{conf.SESSION_COOKIE_NAME}={store.session_key}", store.pop("second")
    store.save()
    assert status(scope("list=1", cookies)) == 401
    store["second"], store["since"] = second, time.time()
    store.save()
    assert status(scope("list=1", cookies)) == 200
    store["since"] -= settings.SESSION_COOKIE_AGE + 1
    store.save()
    assert status(scope("list=1", cookies)) == 401


def test_a_proven_citizen_hears_of_their_own_matter(fresh):
    one, another = Road(), Road()
    with acting(system_actor(J)):
        subject = Party.objects.get(matter_id=one.matter, role="reporter").subject_id
    cookies = cookie(
        User.objects.create(jurisdiction=J, username="zhou", name="周桂兰", kind="citizen", subject_id=subject)
    )
    assert status(scope(f"matter={one.matter}", cookies)) == 200
    assert status(scope(f"matter={another.matter}", cookies)) == 404


def test_whoever_has_proven_the_phone_hears_of_what_was_reported_from_it(fresh):
    one, another = Road(), Road(reporter_phone="13700000000", other_name="周桂兰", other_phone="13800002207")
    cookies = cookie(
        User.objects.create(
            jurisdiction=J, username=vault().blind("phone", "13800002207").hex(), kind="citizen", subject_id=uuid4()
        )
    )
    assert status(scope(f"matter={one.matter}", cookies)) == 200
    assert status(scope(f"matter={another.matter}", cookies)) == 404  # named in it, not told of it


def test_who_has_logged_out_or_lost_the_post_hears_no_more(fresh):
    one, user = Road().to("accepting"), User.objects.get(username=WHO["handler"])
    store = session(user)
    cookies, keyed = f"{conf.SESSION_COOKIE_NAME}={store.session_key}", cookie("handler")
    sequence(J)

    async def run(asked, end):
        async with serving(recheck=0, heartbeat=0.05) as app:
            stream = await Stream(app, asked).open()
            await stream.next()
            await beside(end)
            return await stream.next()

    assert alone(run(scope("list=1", cookies), store.delete)) is None

    def leave():
        Appointment.objects.filter(user_id=user.id).update(until=timezone.localdate() - timezone.timedelta(days=1))

    assert alone(run(scope(f"matter={one.matter}", keyed), leave)) is None


def test_a_silent_stream_says_that_it_lives(fresh):
    cookies = cookie("dispatcher")

    async def run():
        async with serving(heartbeat=0.05) as app:
            stream = await Stream(app, scope("list=1", cookies)).open()
            await stream.next()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.4):
                    await stream.next()
            await stream.leave()
            return stream.beats

    assert alone(run()) >= 2


def test_the_post_that_is_worked_in_decides_what_is_in_sight(fresh):
    store = session(User.objects.get(username=WHO["dispatcher"]))
    store["post"] = str(actor("dispatcher").post)
    store.save()
    found = look.who(f"{conf.SESSION_COOKIE_NAME}={store.session_key}")
    assert (found.post, found.lo) == (actor("dispatcher").post, "qingxi.")
