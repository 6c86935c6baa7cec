"""A gateway that takes text messages, and a waking hour."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

SECRET = "gateway-secret"


class Gateway(BaseHTTPRequestHandler):
    answers: list = []
    got: list = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Gateway.got.append((dict(self.headers), body, self.path))
        self.send_response(Gateway.answers.pop(0) if Gateway.answers else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Says nothing."""


@pytest.fixture
def gateway(settings, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    Gateway.answers, Gateway.got = [], []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.TIANPING_SMS_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.TIANPING_SMS_SECRET = SECRET
    yield Gateway
    server.shutdown()
    server.server_close()
    thread.join()


def noon(days=1):
    return timezone.localtime().replace(hour=12, minute=0) + timedelta(days=days)
