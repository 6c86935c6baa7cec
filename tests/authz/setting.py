"""A database of its own for the sweep, reached as the application's role."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def database() -> Iterator[str]:
    """Clone the template, point Django at it, and give its owner's URL."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
    django.setup()
    from django.conf import settings
    from django.db import connections

    from tests.conftest import CLUSTER, _clone, _drop, _use, make_template
    from tianping.config.static import collect

    with TemporaryDirectory() as folder:
        settings.KEY_FOLDER = CLUSTER.data.parent / "test-keys"
        settings.STORAGES = settings.STORAGES | {
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": f"{folder}/files"},
            }
        }
        settings.STATIC_ROOT = f"{folder}/static"
        collect()
        settings.WHITENOISE_AUTOREFRESH = True  # not every file anew for each client
        settings.SECOND_FACTOR = "offered"  # pages are asked for by whoever has given a password
        settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
        name = f"authz_{os.getpid()}"
        _clone(make_template(), name)
        try:
            _use(name)
            yield CLUSTER.url("postgres", name)
        finally:
            connections["default"].close()
            _drop(name)
