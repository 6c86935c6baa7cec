"""Every operation of the API with tokens that must not do: of one scope only, revoked, expired, of a post that is over."""

import re
from collections.abc import Iterable
from datetime import timedelta
from unittest.mock import patch  # a clock that stood two days back when the token was issued
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from tests.authz.judge import judge
from tests.authz.routes import routes
from tests.authz.web import ask, name_of
from tests.authz.world import World
from tianping.kernel.agencies.models import User
from tianping.web.api import app
from tianping.web.api.callers import Access
from tianping.web.api.tokens import SCOPES, issue, revoke

# Those who may do most: what their token must not do, nobody's may.
ROLES = ("dispatcher", "supervisor", "auditor", "security_admin", "system_admin", "own_citizen")


def operations() -> list[tuple[str, str, str]]:
    """(route, method, scope) of every operation that tells of matters and asks its caller for more than nothing."""
    known, found = set(routes()), []
    for router in app.api._get_bound_routers():
        for path, view in router.path_operations.items():
            route = "api/v1" + re.sub(
                r"{(?:uuid(?:str)?:(\w+)|(\w+))}", lambda m: f"<uuidstr:{m[1]}>" if m[1] else f"<{m[2]}>", path
            )
            for operation in view.operations:
                access = next((a for a in operation.auth_callbacks if isinstance(a, Access)), None)
                if route in known and access is not None and not access.guests:
                    found += [(route, method, access.scope) for method in operation.methods]
    return found


def bad_tokens(user: User) -> dict[str, str]:
    """Name -> a token: one for each scope alone, and those that do not work at all."""
    found = {scope: issue(user, scope, [scope], 1).token for scope in SCOPES}
    revoked = issue(user, "revoked", SCOPES, 1)
    revoke(revoked.id)
    with patch("tianping.web.api.tokens.timezone.now", return_value=timezone.now() - timedelta(days=2)):
        expired = issue(user, "expired", SCOPES, 1)
    over = issue(user, "no such post", SCOPES, 1, post=uuid4())
    return found | {"revoked": revoked.token, "expired": expired.token, "of a post that is over": over.token}


def check(
    world: World,
    relations: Iterable[str],
    roles: Iterable[str] = ROLES,
    *,
    names: Iterable[str] = (),
    stop_at_first: bool = False,
) -> tuple[int, list[str]]:
    """(cells, faults); `names`: only these tokens. Another scope is refused before all else; the right one sees what its person sees."""
    cells, faults = 0, []
    every = operations()
    for relation in relations:
        canary = world.canaries[relation]
        for role in roles:
            actor = world.actor(role, relation)
            if actor.user is None:
                continue
            for name, token in bad_tokens(User.objects.get(id=actor.user)).items():
                if (names and name not in names) or (actor.kind == "citizen" and name.startswith("of a post")):
                    continue  # a citizen's token has no post
                for route, method, scope in every:
                    cells += 1
                    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
                    status, said = ask(Client(raise_request_exception=False), route, method, canary, headers)
                    surface = name_of(route, method)
                    fault = _fault(name, scope, status) or judge(surface, role, relation, canary, said)
                    if fault and not fault.startswith("gives nothing"):  # to another scope nothing is due
                        faults.append(f"{fault}: token {name} of {role} / {relation} / {method} {route} -> {status}")
                        if stop_at_first:
                            return cells, faults
    return cells, faults


def _fault(name: str, scope: str, status: int) -> str:
    if name not in SCOPES:
        return "" if status == 401 else "works"
    if scope and name != scope:
        return "" if status == 403 else "does more than its scope"
    return ""
