"""The worker: everything once, or in threads until told to stop; one part that fails keeps nobody waiting."""

import threading
import time
from uuid import uuid4

import pytest

from tests.kernel.matters.readers.conftest import Collector, J
from tests.people import actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Matter
from tianping.kernel.matters.readers import work as module
from tianping.kernel.matters.readers.cursor import behind
from tianping.kernel.matters.readers.work import Progress, WorkFailedError, work
from tianping.kernel.service import advance, report

HERE = __name__
seen: list = []


class Kept(Collector):
    name = "kept"

    def read(self, batch):
        seen.extend((row.matter, row.seq) for row in batch.rows)


class Broken(Collector):
    name = "broken"

    def read(self, batch):
        raise ValueError("broken on purpose")


class Tending(Collector):
    name = "tending"
    left = 3

    def tend(self, jurisdiction):
        Tending.left -= 1
        return max(Tending.left, 0)


FOLLOWERS = "tianping.kernel.matters.readers.followers.Followers"


@pytest.fixture(autouse=True)
def nothing_seen():
    seen.clear()
    Tending.left = 3


@pytest.mark.django_db
def test_once_does_all_there_is_and_what_follows_from_it(road, settings):
    settings.READERS = [FOLLOWERS, f"{HERE}.Kept", f"{HERE}.Tending"]
    leader, follower = road().to("handling"), road()
    follower.take("merge", "dispatcher", other_matter=str(leader.matter))
    leader.take("answer_at_once", "handler", answer="已经修好")
    assert work(J, once=True) > 0
    with acting(system_actor(J)):
        assert Matter.objects.get(id=follower.matter).state == "answered"
    assert set(behind(J).values()) == {0}
    assert (follower.matter, 3) in seen
    assert Tending.left <= 0
    assert work(J, once=True) == 0


@pytest.mark.django_db
def test_once_finishes_the_others_and_then_names_the_part_that_failed(road, settings, caplog):
    settings.READERS = [f"{HERE}.Broken", f"{HERE}.Kept"]
    one = road()
    with pytest.raises(WorkFailedError, match="broken"):
        work(J, once=True)
    assert "broken on purpose" in caplog.text
    assert (one.matter, 1) in seen


@pytest.mark.django_db
def test_without_settings_the_kernels_own_readers_work(settings):
    del settings.READERS
    assert [reader.name for reader in module.readers()] == ["followers", "counters"]


def test_threads_keep_working_beside_one_that_fails_and_stop_when_told(fresh, settings, caplog):
    settings.READERS = [f"{HERE}.Broken", f"{HERE}.Kept"]
    stop = threading.Event()
    worker = threading.Thread(target=lambda: work(J, stop=stop))
    worker.start()
    try:
        one = report(actor=guest(), form={"description": "路灯不亮"}, key=str(uuid4()))
        wait_for(lambda: (one.matter, 1) in seen)
        began = time.monotonic()
        advance(one.proceeding, "note", actor=actor("dispatcher"), form={"note": "问过了"}, key=str(uuid4()))
        wait_for(lambda: (one.matter, 2) in seen)
        assert time.monotonic() - began < 1.5, "a notify wakes the readers"
    finally:
        stop.set()
        worker.join(timeout=10)
    assert not worker.is_alive()
    assert "broken on purpose" in caplog.text


def wait_for(true, seconds=8):
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_a_terminal_sees_one_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress()
    part = module.Part("feed", lambda: 1, 1.0)
    part.once()
    progress.at -= 1
    progress.show([part])
    progress.show([part])
    progress.end([part])
    assert capsys.readouterr().err == "\r\x1b[Kfeed 1\r\x1b[Kfeed 1\n"


def test_without_a_terminal_the_log_tells_now_and_then(monkeypatch, caplog):
    monkeypatch.setattr("sys.stderr.isatty", lambda: False)
    progress, part = Progress(), module.Part("feed", lambda: 1, 1.0)
    with caplog.at_level("INFO"):
        part.once()
        progress.show([part])
        assert caplog.text == ""
        progress.at -= 61
        progress.show([part])
        progress.end([part])
    assert caplog.messages == ["feed 1"]


def test_a_worker_that_is_told_to_stop_before_it_began_does_nothing():
    stop = threading.Event()
    stop.set()
    assert module._once([module.Part("feed", lambda: 1, 1.0)], stop) == 0


def test_the_readers_go_on_when_nobody_can_listen(monkeypatch):
    stop, part = threading.Event(), module.Part("feed", lambda: 0, module.FEED_SECONDS)

    class Deaf:
        closed = False

        def ensure_connection(self):
            stop.set()
            raise ConnectionError("no")

        def close(self):
            Deaf.closed = True

    monkeypatch.setattr(module.connection, "copy", Deaf, raising=False)
    module._listen([part], stop, Progress())
    assert Deaf.closed
    assert not part.wake.is_set()
