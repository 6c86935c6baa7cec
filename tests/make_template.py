"""Migrates the database in DATABASE_URL and loads the demo county into it; run by conftest in a process of its own."""

import os
import sys
from pathlib import Path

import django

from tianping.config.database import migrate

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    migrate(os.environ["DATABASE_URL"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "tianping.config.settings"
    sys.path.insert(0, str(ROOT))
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
    django.setup()
    from tianping.config.county import ensure_keys, load_county

    ensure_keys()
    load_county([ROOT / "packs" / "national", ROOT / "packs" / "qingxi"], "990101", password=sys.argv[1])


main()
