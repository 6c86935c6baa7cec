"""The application as a server loads it."""

import django

django.setup()

from tianping.capabilities.live.app import Live  # noqa: E402  # after the settings

application = Live()
