"""Pages that change while somebody looks at them: the whole house runs as it is shipped, and nobody presses reload."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from uuid import uuid4

import pytest

from tests.conftest import CLUSTER, PASSWORD
from tests.e2e.waiting import until
from tests.people import actor, guest
from tianping.kernel.service import advance, report

pytestmark = pytest.mark.e2e


@pytest.fixture
def house(fresh, database_url, tmp_path):
    """`tianping serve` with its worker on the fresh database: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {
        "DATABASE_URL": database_url,
        "TIANPING_HOME": str(tmp_path),
        "TIANPING_KEYS": str(CLUSTER.data.parent / "test-keys"),
        "TIANPING_DEMO": "1",  # a password alone lets in
    }
    command = [sys.executable, "-m", "tianping.config", "serve", "--port", str(port), "--workers", "1"]
    with (tmp_path / "said").open("w") as said:
        running = subprocess.Popen(command, env=env, stdout=said, stderr=said)
        try:
            until = time.monotonic() + 60
            while not _answers(port):
                assert running.poll() is None, (tmp_path / "said").read_text()
                assert time.monotonic() < until, "the server did not come up"
                time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(30)


def _answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/progress/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def looks(browser, house):
    """`looks("caoyong", "/desk/")`: a page that this person has open, marked so that a reload would show."""
    contexts = []

    def enter(username, path):
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", base_url=house))
        page = contexts[-1].new_page()
        page.set_default_timeout(20_000)
        page.goto("/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click("button.fill")
        page.wait_for_url("**/desk/**")
        with page.expect_response("**/live/events**"):
            page.goto(path)
        page.evaluate("window.kept = true")
        return page

    yield enter
    for context in contexts:
        context.close()


def test_what_comes_in_appears_and_moves_on_without_a_reload(looks):
    board, desk = looks("liuxiaoyan", "/desk/board/"), looks("caoyong", "/desk/")
    told = report(actor=guest(), form={"description": "路灯杆斜了，像要倒。", "title": "路灯杆要倒"}, key=str(uuid4()))
    board.wait_for_selector("text=路灯杆要倒")

    def take(step, **form):
        advance(told.proceeding, step, actor=actor("dispatcher"), form=form, key=str(uuid4()))

    take("triage", category="neighbour.leak", grade="3")
    take("dispatch", agency="zhujian")
    desk.wait_for_selector("tbody >> text=路灯杆要倒")
    desk.wait_for_selector("#bell .count >> text=1")
    until(board, "!document.querySelector('.queue, main').innerText.includes('路灯杆要倒')")
    assert board.evaluate("window.kept")
    assert desk.evaluate("window.kept")
