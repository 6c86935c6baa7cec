"""People in front of a browser."""

from django.test import Client

from tianping.kernel.matters.vault import vault
from tianping.web.accounts import citizens


def prove(page, phone):
    """The browser of somebody who has proven this phone, as after the one-time code."""
    session = Client()
    session.force_login(citizens.by_phone(vault().blind("phone", phone)))
    page.goto("/")
    page.context.add_cookies([{"name": "sessionid", "value": session.cookies["sessionid"].value, "url": page.url}])
