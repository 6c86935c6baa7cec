"""The WSGI application: pages and API."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  # after Django is set up

from tianping.config.static import collected  # noqa: E402  # likewise

with collected():  # the handler looks once for what is there
    application = WSGIHandler()
