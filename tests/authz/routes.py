"""Every route that the resolver knows: the address of one matter there, what is sent to it, and which answer with a list.

A route that stands neither in ROUTES nor in NOTHING_TO_TELL stops the sweep: nobody adds a door without a lock.
"""

from collections.abc import Callable
from typing import Any

from django.urls import URLResolver, get_resolver

from tests.authz.world import Canary

# route -> the address of one matter there. What stands in braces is the matter, its proceeding, its file.
ROUTES: dict[str, str] = {
    "desk/": "/desk/?scope=sight&done=1",
    "desk/search/": "/desk/?q={words}&scope=sight&done=1",
    "desk/export/": "/desk/export/?scope=sight&done=1",
    "desk/board/": "/desk/board/",
    "desk/board/<uuid:matter>/": "/desk/board/{matter}/",
    "desk/supervise/": "/desk/supervise/",
    "desk/same/": "/desk/same/",
    "desk/same/<uuid:one>/<uuid:other>/": "/desk/same/{subject}/{twin}/",
    "desk/same/<uuid:subject>/": "/desk/same/{twin}/",
    "api/v1/subjects/alike": "/api/v1/subjects/alike",
    "api/v1/subjects/merged": "/api/v1/subjects/merged",
    "api/v1/subjects/<uuidstr:one>/beside/<uuidstr:other>": "/api/v1/subjects/{subject}/beside/{twin}",
    "api/v1/subjects/merge": "/api/v1/subjects/merge",
    "api/v1/subjects/<uuidstr:subject>/part": "/api/v1/subjects/{twin}/part",
    "desk/figures/": "/desk/figures/",
    "desk/audit/": "/desk/audit/",
    "desk/filter/": "/desk/filter/",
    "desk/notices/": "/desk/notices/",
    "desk/notices/bell/": "/desk/notices/bell/",
    "desk/notices/read/": "/desk/notices/read/",
    "desk/notices/<uuid:notice>/": "/desk/notices/{matter}/",
    "desk/new/": "/desk/new/",
    "desk/new/alike/": "/desk/new/alike/",
    "desk/board/<uuid:matter>/joint/": "/desk/board/{matter}/joint/",
    "desk/bulk/": "/desk/bulk/",
    "desk/matter/<uuid:matter>/": "/desk/matter/{matter}/",
    "desk/matter/<uuid:matter>/pane/": "/desk/matter/{matter}/pane/",
    "desk/matter/<uuid:matter>/verify/": "/desk/matter/{matter}/verify/",
    "desk/matter/<uuid:matter>/number/<slug:concept>/": "/desk/matter/{matter}/number/reporter_phone/",
    "desk/matter/<uuid:matter>/step/<uuid:proceeding>/<slug:name>/": "/desk/matter/{matter}/step/{proceeding}/note/",
    "files/<uuid:document>/": "/files/{document}/",
    "standing/": "/standing/",
    "standing/<slug:name>/": "/standing/rate/",
    "mine/": "/mine/",
    "mine/export/": "/mine/export/",
    "mine/<uuid:matter>/": "/mine/{matter}/",
    "mine/<uuid:matter>/<slug:name>/": "/mine/{matter}/ask_erasure/",
    "receipt/": "/receipt/",
    "receipt/picture.png": "/receipt/picture.png",
    "report/photo/<uuid:document>/": "/report/photo/{document}/",
    "p/<slug:code>/": "/p/0000/",
    "api/v1/worklist": "/api/v1/worklist?limit=200",
    "api/v1/matters": "/api/v1/matters?limit=200&open_only=false",
    "api/v1/matters/<uuidstr:matter>": "/api/v1/matters/{matter}?purpose=handling",
    "api/v1/matters/<uuidstr:matter>/entries": "/api/v1/matters/{matter}/entries?purpose=handling",
    "api/v1/matters/<uuidstr:matter>/offers": "/api/v1/matters/{matter}/offers",
    "api/v1/matters/<uuidstr:matter>/verify": "/api/v1/matters/{matter}/verify",
    "api/v1/matters/<uuidstr:matter>/reveal": "/api/v1/matters/{matter}/reveal",
    "api/v1/proceedings/<uuidstr:proceeding>/steps/<step>": "/api/v1/proceedings/{proceeding}/steps/note",
    "api/v1/progress": "/api/v1/progress",
    "api/v1/progress/steps/<step>": "/api/v1/progress/steps/rate",
    "api/v1/mine": "/api/v1/mine",
    "api/v1/mine/<uuidstr:matter>": "/api/v1/mine/{matter}",
    "api/v1/mine/<uuidstr:matter>/content": "/api/v1/mine/{matter}/content",
    "api/v1/mine/<uuidstr:matter>/readers": "/api/v1/mine/{matter}/readers",
    "api/v1/matters/<uuidstr:matter>/counsel": "/api/v1/matters/{matter}/counsel",
    "api/v1/matters/<uuidstr:matter>/alike": "/api/v1/matters/{matter}/alike",
    "api/v1/alike": "/api/v1/alike",
    "api/v1/bulk": "/api/v1/bulk",
    "api/v1/export": "/api/v1/export?purpose=supervision&open_only=false",
    "api/v1/files/<uuidstr:document>": "/api/v1/files/{document}",
    "api/v1/mine/export": "/api/v1/mine/export",
    "api/v1/mine/<uuidstr:matter>/steps/<step>": "/api/v1/mine/{matter}/steps/rate",
    "api/v1/notices": "/api/v1/notices",
    "api/v1/notices/unread": "/api/v1/notices/unread",
    "api/v1/notices/read": "/api/v1/notices/read",
    "api/v1/figures": "/api/v1/figures",
    "api/v1/supervision": "/api/v1/supervision",
    "api/v1/audit": "/api/v1/audit",
    "api/v1/me": "/api/v1/me",
    "api/v1/tokens": "/api/v1/tokens",
}
# Routes that know no matter: declarations, log-in, uploads of one's own, the report that is being written.
NOTHING_TO_TELL = frozenset(
    {
        # one's own account
        "login/enrol/",
        "me/",
        "prefs/",
        "me/sessions/end/",
        "identity/",
        "identity/code/",
        "login/second/",
        "login/passkey/",
        "login/again/",
        "login/again/second/",
        "login/again/passkey/",
        "me/password/",
        "me/factors/",
        "me/passkeys/",
        "me/passkeys/add/",
        "me/passkeys/<int:pk>/remove/",
        "me/totp/",
        "me/totp/off/",
        "me/codes/",
        "me/codes/new/",
        "oidc/<slug:provider_id>/login/",
        "oidc/<slug:provider_id>/login/callback/",
        "login/",
        "logout/",
        "",
        "report/",
        "report/<slug:name>/",
        "at/<slug:code>/",
        "progress/",
        "mediation/",
        "law/",
        "privacy/",
        # lists that one keeps for oneself, and the house: offices, posts, accounts, rules
        "desk/saved/",
        "desk/saved/<uuid:saved>/",
        "desk/admin/",
        "desk/admin/offices/",
        "desk/admin/offices/edit/",
        "desk/admin/offices/add/",
        "desk/admin/offices/post/",
        "desk/admin/posts/<uuid:post>/",
        "desk/admin/appointments/<uuid:appointment>/<slug:what>/",
        "desk/admin/people/",
        "desk/admin/people/add/",
        "desk/admin/people/<uuid:user>/",
        "desk/admin/people/<uuid:user>/phone/",
        "desk/admin/people/<uuid:user>/second/",
        "desk/admin/sheets/<slug:kind>/",
        "desk/admin/sheets/<slug:kind>/bring/",
        "desk/admin/tokens/",
        "desk/admin/tokens/issue/",
        "desk/admin/tokens/<uuid:token>/revoke/",
        "desk/admin/packs/",
        "desk/admin/changes/",
        # sheets that one brings: nobody else's, and never a matter that is there; signs to be printed
        "desk/import/",
        "desk/import/<uuid:sheet>/",
        "desk/import/<uuid:sheet>/errors/",
        "desk/signs/",
        "desk/signs/print/",
        "desk/procedures/",
        "desk/procedures/<slug:name>/",
        "files/",
        "files/begin/",
        "files/chunk/<uuid:upload>/",
        "files/finish/<uuid:upload>/",
        "api/v1/",
        "api/v1/openapi.json",
        "api/v1/docs",
        # lists that one keeps, uploads of one's own, and the house, by the API
        "api/v1/saved",
        "api/v1/saved/<uuidstr:saved>",
        "api/v1/files",
        "api/v1/uploads",
        "api/v1/uploads/<uuidstr:upload>",
        "api/v1/uploads/<uuidstr:upload>/finish",
        "api/v1/tokens/<uuidstr:token>/revoke",
        "api/v1/admin/offices",
        "api/v1/admin/offices/<path>",
        "api/v1/admin/offices/<path>/posts",
        "api/v1/admin/posts/<uuidstr:post>/appointments",
        "api/v1/admin/appointments/<uuidstr:appointment>/end",
        "api/v1/admin/appointments/<uuidstr:appointment>/leave",
        "api/v1/admin/people",
        "api/v1/admin/people/<uuidstr:user>",
        "api/v1/admin/people/<uuidstr:user>/close",
        "api/v1/admin/people/<uuidstr:user>/open",
        "api/v1/admin/people/<uuidstr:user>/phone",
        "api/v1/admin/people/<uuidstr:user>/second",
        "api/v1/admin/sheets/<kind>",
        "api/v1/admin/packs",
        "api/v1/admin/packs/<kind>",
        "api/v1/admin/changes",
        "api/v1/reports",
        "api/v1/procedures",
        "api/v1/procedures/<name>",
        "api/v1/categories",
        "api/v1/grades",
        "api/v1/agencies",
        "api/v1/locate",
    }
)
LISTS = frozenset(
    {
        "desk/",
        "desk/search/",
        "desk/supervise/",
        "desk/export/",
        "desk/new/alike/",
        "api/v1/worklist",
        "api/v1/matters",
        "api/v1/alike",
        "api/v1/matters/<uuidstr:matter>/alike",
        "api/v1/export",
        "api/v1/supervision",
        "desk/figures/",
        "desk/audit/",
        "desk/same/",
        "api/v1/subjects/alike",
        "api/v1/subjects/merged",
    }
)


Form = Callable[[Canary], dict[str, Any]]
# What is sent to a page where only a form that holds makes it tell something. Everything that it does is rolled back.
FORMS: dict[str, Form] = {
    "desk/new/alike/": lambda c: {"description": c.words, "reporter_phone": c.phone, "place": c.place},
    "desk/export/": lambda _c: {"purpose": "supervision"},
    "desk/bulk/": lambda c: {"pick": f"{c.receipt.proceeding}:{c.receipt.matter}", "step": "note"},
    "desk/matter/<uuid:matter>/number/<slug:concept>/": lambda _c: {"purpose": "contact"},
    "desk/matter/<uuid:matter>/step/<uuid:proceeding>/<slug:name>/": lambda _c: {"note": "试一试"},
    "mine/<uuid:matter>/<slug:name>/": lambda _c: {"note": "试一试"},
    "desk/same/<uuid:one>/<uuid:other>/": lambda _c: {"why": "checked"},
}
# The bodies of the API, likewise.
BODIES: dict[str, Form] = {
    "api/v1/matters/<uuidstr:matter>/reveal": lambda _c: {"concept": "reporter_phone", "purpose": "contact"},
    "api/v1/proceedings/<uuidstr:proceeding>/steps/<step>": lambda _c: {"form": {"note": "试一试"}},
    "api/v1/mine/<uuidstr:matter>/steps/<step>": lambda _c: {"form": {"rating": "5"}},
    "api/v1/bulk": lambda c: {"step": "note", "matters": [str(c.receipt.matter)], "form": {"note": "试一试"}},
    "api/v1/alike": lambda c: {"description": c.words, "phone": c.phone, "place": c.place},
    "api/v1/notices/read": lambda _c: {},
    "api/v1/progress": lambda _c: {"code": "0000"},
    "api/v1/progress/steps/<step>": lambda _c: {"code": "0000", "form": {"rating": "5"}},
    "api/v1/subjects/merge": lambda c: {"keep": str(c.subject), "other": str(c.twin), "why": "checked"},
    "api/v1/subjects/<uuidstr:subject>/part": lambda _c: {"why": "checked"},
}


def routes() -> list[str]:
    """Every route of the resolver. Raises when one is not in the table."""

    def walk(resolver: URLResolver, prefix: str = "") -> list[str]:
        found: list[str] = []
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            found += walk(entry, route) if isinstance(entry, URLResolver) else [route]
        return found

    every = list(dict.fromkeys(walk(get_resolver())))
    if missing := [r for r in every if r not in ROUTES and r not in NOTHING_TO_TELL]:
        raise LookupError(f"routes without a row in tests/authz/routes.py: {missing}")
    return [r for r in every if r in ROUTES]
