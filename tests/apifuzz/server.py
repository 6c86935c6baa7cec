"""The real server, in processes of its own, on a database of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def database() -> Iterator[str]:
    """A clone of the template; Django in this process uses it too. Its owner's URL."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    django.setup()
    from django.conf import settings
    from django.db import connections

    from tests.conftest import CLUSTER, _clone, _drop, _use, make_template

    settings.KEY_FOLDER = CLUSTER.data.parent / "test-keys"
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # of people made here, whom nobody logs in as
    name = f"apifuzz_{os.getpid()}"
    _clone(make_template(), name)
    with TemporaryDirectory() as folder:  # the files of this process and of the server
        settings.UPLOAD_FOLDER = Path(folder) / "uploads"
        location = {"OPTIONS": {"location": f"{folder}/files"}}
        settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | location}
        try:
            _use(name)
            yield CLUSTER.url("postgres", name)
        finally:
            connections["default"].close()
            _drop(name)


@contextmanager
def serve(url: str, workers: int = 2) -> Iterator[tuple[str, Path]]:
    """gunicorn behind a proxy of ours: the address of the API, and the log."""
    from django.conf import settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = str(settings.UPLOAD_FOLDER.parent)
    with TemporaryDirectory() as logs:
        log = Path(logs) / "server.log"
        env = os.environ | {
            "DATABASE_URL": url,
            "TIANPING_KEYS": str(settings.KEY_FOLDER),
            "TIANPING_PROXIES": "127.0.0.1",
            "TIANPING_HOME": folder,
            "PYTHONWARNINGS": "ignore",
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "tianping.config.wsgi:application",
            "--config",
            str(Path(__file__).with_name("logged.py")),
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(workers),
            "--limit-request-line",
            "0",
            "--limit-request-field_size",
            "0",
            "--keep-alive",
            "60",
            "--threads",
            "2",
        ]
        with log.open("w") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
            try:
                _wait(f"http://127.0.0.1:{port}/api/v1/grades", process, log)
                yield f"http://127.0.0.1:{port}", log
            finally:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)
                process.kill()
                process.wait()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _try in range(300):
        if process.poll() is not None:
            break
        with contextlib.suppress(URLError, ConnectionError, TimeoutError), urlopen(address, timeout=5) as answer:  # noqa: S310  # loopback
            answer.read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-3000:]}")
