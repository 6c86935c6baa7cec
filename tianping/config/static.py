"""Scripts, styles and pictures, collected under names with their content's hash before the first page is drawn."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

MARK = ".collected"


@contextmanager
def collected() -> Iterator[None]:
    """STATIC_ROOT is up to date inside, for whichever server starts; two that start at once wait for each other.

    Collecting writes every file anew, so it is left out where nothing has changed: another process may be reading them.
    Raises OSError where the folder cannot be written.
    """
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mark = root / MARK
        wanted = _sources()
        if not mark.exists() or mark.read_text() != wanted:
            call_command("collectstatic", interactive=False, verbosity=0)
            mark.write_text(wanted)
        yield


def collect() -> None:
    """Bring STATIC_ROOT up to date."""
    with collected():
        pass


def _sources() -> str:
    """What there is to collect: names, contents and how they are stored."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            digest.update(name.encode() + Path(storage.path(name)).read_bytes())
    return digest.hexdigest()
