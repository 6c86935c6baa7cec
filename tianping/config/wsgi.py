"""The WSGI application: pages and API."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  # after Django is set up

from tianping.config.static import collected  # noqa: E402  # likewise

with collected():  # the handler looks once for what is there
    application = WSGIHandler()

# What was made while starting stays: without this every full collection would look through all of it again.
gc.collect()
gc.freeze()
