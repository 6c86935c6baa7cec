"""Who acts for a party, as the pages of staff and citizens and the API tell it."""

from typing import Any

from django.utils.translation import gettext as _

from tianping.kernel.lifecycle.concepts import AUTHORITIES, PROOF_KINDS, REPRESENTATION_KINDS, ROLES
from tianping.kernel.lifecycle.representing import AUTHORITIES as SCOPES
from tianping.kernel.service import RepresentativeView


def told(held: RepresentativeView) -> dict[str, Any]:
    """`what`: 反映人的委托代理人; `may`, `proof`: what they may do and what showed it; `shape`, `state`: whether it holds."""
    shape, state = {
        "now": ("running", _("在办")),
        "over": ("suspended", _("过期了")),
        "ended": ("done", _("取消了")),
    }[held.standing]
    return {
        "id": held.id,
        "name": held.name or _("没有留姓名"),
        "what": _("%(party)s的%(kind)s")
        % {"party": _label(ROLES, held.role), "kind": _label(REPRESENTATION_KINDS, held.kind)},
        "may": _authority(held.scope),
        "proof": _label(PROOF_KINDS, held.proof) or _("本人委托"),
        "until": held.expires,
        "shape": shape,
        "state": state,
        "open": held.standing != "ended",
    }


def _label(choices: tuple[tuple[str, str], ...], code: str) -> str:
    return next((_(label) for name, label in choices if name == code), "")


def _authority(scope: tuple[str, ...]) -> str:
    code = next((name for name, acts in SCOPES.items() if acts == scope), "")
    return _label(AUTHORITIES, code) or _("依法都能办")


def choices(found: list[RepresentativeView]) -> list[tuple[str, str]]:
    """Those whose representation may be ended, for a form."""
    return [(str(r.id), f"{told(r)['name']}（{told(r)['what']}）") for r in found if r.standing != "ended"]
