"""The pages, the files and the API as surfaces: each route and method, as each role. What a request does is rolled back."""

import json
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlencode
from uuid import UUID, uuid4
from zipfile import ZipFile

from django.db import transaction
from django.test import Client

from tests.authz.routes import BODIES, FORMS, LISTS, ROUTES, routes
from tests.authz.surfaces import Said, Surface, whole
from tests.authz.world import Canary, World
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.state import Actor
from tianping.web.api.tokens import SCOPES, issue

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LOG_IN = "allauth.account.auth_backends.AuthenticationBackend"


class Clients:
    """A logged-in client for each actor, kept; citizens by code hold the code in their session."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.held: dict[str, Client] = {}
        self.tokens: dict[UUID, str] = {}
        self.by_subject = {
            a.subject: world.canaries[r].receipt.code for (role, r), a in world.actors.items() if role == "own_code"
        }

    def of(self, actor: Actor) -> Client:
        key = f"{actor.user}|{actor.subject}|{actor.kind}"
        if key not in self.held:
            client = Client(raise_request_exception=False)
            if actor.user:
                client.force_login(User.objects.get(id=actor.user), backend=LOG_IN)
            elif actor.subject in self.by_subject:
                session = client.session
                session["code"] = self.by_subject[actor.subject]
                session.save()
                client.cookies["sessionid"] = session.session_key
            self.held[key] = client
        return self.held[key]

    def headers(self, actor: Actor) -> dict[str, str]:
        """What the API wants: a token of the person, or the receipt's code."""
        found = {"Idempotency-Key": str(uuid4())}
        if actor.user:
            if actor.user not in self.tokens:
                self.tokens[actor.user] = issue(User.objects.get(id=actor.user), "authz", SCOPES, 1).token
            found["Authorization"] = f"Bearer {self.tokens[actor.user]}"
        elif actor.subject in self.by_subject:
            found["X-Receipt-Code"] = self.by_subject[actor.subject]
        return found


def address_of(route: str, canary: Canary) -> str:
    return ROUTES[route].format(
        matter=canary.receipt.matter,
        proceeding=canary.receipt.proceeding,
        document=canary.document,
        words=canary.words,
        subject=canary.subject,
        twin=canary.twin,
        kept=canary.kept,
    )


def body_of(route: str, canary: Canary) -> dict[str, Any]:
    """A form that holds, where there is one; else nonsense, whose refusal must tell nothing either."""
    known = BODIES if route.startswith("api/") else FORMS
    return known[route](canary) if route in known else {"nonsense": "x"}


def ask(
    client: Client, route: str, method: str, canary: Canary, headers: dict[str, str] | None = None
) -> tuple[int, Said]:
    """Status and answer; what was typed goes along. Whatever the request did is undone."""
    address, body = address_of(route, canary), body_of(route, canary)
    sent: dict[str, Any] = {"headers": headers or {}}
    typed = unquote(address)
    if method != "GET":
        api = route.startswith("api/")
        typed += json.dumps(body, ensure_ascii=False)
        sent["data"] = json.dumps(body) if api else urlencode(body)
        sent["content_type"] = "application/json" if api else "application/x-www-form-urlencoded"
    with transaction.atomic():
        answer = client.generic(method, address, **sent)
        data = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    if answer.status_code >= 500:
        return answer.status_code, Said("", broken=True)
    told = unquote(" ".join(answer.headers.values())) + " " + opened(data)  # a header names files and addresses
    return answer.status_code, Said(told, typed=typed)


def opened(data: bytes) -> str:
    """An answer as text; of a workbook or an archive, everything in it."""
    if not data.startswith(b"PK\x03\x04"):
        return data.decode(errors="replace")
    with ZipFile(BytesIO(data)) as archive:
        return "\n".join(f"{name}\n{opened(archive.read(name))}" for name in archive.namelist())


def _asked(clients: Clients, route: str, method: str) -> Surface:
    refused: dict[str, Said] = {}  # a method that a route does not know is refused alike for every matter

    def read(actor: Actor, canary: Canary) -> str:
        who = f"{actor.user}|{actor.subject}|{actor.kind}"
        if who in refused:
            return refused[who]
        api = route.startswith("api/")
        client = Client(raise_request_exception=False) if api else clients.of(actor)
        status, said = ask(client, route, method, canary, clients.headers(actor) if api else None)
        if status == 405:
            refused[who] = said
        return said

    # The same for every matter, when neither address nor body names one.
    named = "{" in ROUTES[route] or (method != "GET" and route in (FORMS | BODIES))
    return read if named else whole(read)


def name_of(route: str, method: str) -> str:
    """The surface's name, by which the judge knows a list from a page."""
    kind = "web-list" if route in LISTS else "web-reveal" if "reveal" in route or "number" in route else "web"
    return f"{kind}:{method} {route}"


def web_surfaces(world: World) -> dict[str, Surface]:
    """Name -> surface, each route with each method."""
    clients = Clients(world)
    found: dict[str, Surface] = {}
    for route in routes():
        for method in METHODS:
            found[name_of(route, method)] = _asked(clients, route, method)
    return found
