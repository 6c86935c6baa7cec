"""Scripts, styles and pictures, collected under names with their content's hash before the first page is drawn."""

import fcntl
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def collect() -> None:
    """Bring STATIC_ROOT up to date, for whichever server starts; two that start at once wait for each other.

    Raises OSError where the folder cannot be written.
    """
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("collectstatic", interactive=False, verbosity=0)
