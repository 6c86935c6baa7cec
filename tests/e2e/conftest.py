"""A real server over a fresh database and a real browser in front of it. Nothing outside this machine is asked for anything."""

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections

# Playwright keeps an event loop in this thread; Django sees it and would refuse to ask the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# As tools/setup.sh looks for them.
SYSTEM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page lives for a second here: compiling its scripts for later, and a process for each page, cost more than they give.
    "--js-flags=--no-maglev,--no-turbofan,--min-semi-space-size=32",
    "--process-per-site",
    "--renderer-process-limit=1",
    "--enable-features=NetworkServiceInProcess2",
]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


class _Threaded(WSGIServer):
    """Threads that answer one request after another, each with a connection that stays open as in the shipped server."""

    def __init__(self, *args):
        super().__init__(*args)
        self._held = []
        self._asked = []
        self._threads = ThreadPoolExecutor(32, initializer=self._connect)

    def _connect(self):
        connections["default"].inc_thread_sharing()  # it is closed by another thread
        self._held.append(connections["default"])

    def process_request(self, request, client_address):
        self._asked.append(self._threads.submit(self._one, request, client_address))

    def _one(self, request, client_address):
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)

    def server_close(self):
        super().server_close()
        self._threads.shutdown()
        for connection in self._held:
            connection.close()
        for answer in self._asked:
            answer.result()  # what failed in its thread fails the test


@pytest.fixture(scope="module", autouse=True)
def _uncounted(uncounted):
    """Coverage would only make every page slower to come."""


@pytest.fixture(scope="module")
def town(template, django_db_setup, django_db_blocker):
    """A database for a module's pages, with some matters in every state. Its name."""
    from tests.conftest import _clone, _drop, _use

    name = f"pages_{os.getpid()}"
    _clone(template, name)
    with django_db_blocker.unblock():
        before = _use(name)
        yield name
        connections["default"].close()
        _use(before)
    _drop(name)


@pytest.fixture(scope="module")
def site(town, tmp_path_factory):
    """The address of the running pages."""
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Threaded, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, the system's or Playwright's own; without either these tests skip by name."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        system = next(filter(None, map(shutil.which, SYSTEM)), None)
        try:
            started = playwright.chromium.launch(executable_path=system, args=ARGUMENTS)
        except Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture
def page(browser, site):
    """A page of a phone's width. A request that leaves this machine fails the test, and so does a script error."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=site)
    page = context.new_page()
    page.set_default_timeout(10_000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: wrong.append(request.url) if not request.url.startswith((site, "data:", "blob:")) else None,
    )
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def desk(page, site):
    """The same page at desk width; call it with a log-in name."""

    def enter(username):
        from tests.conftest import PASSWORD

        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto("/login/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.click("button.fill")
        page.wait_for_url("**/desk/**")
        return page

    return enter
