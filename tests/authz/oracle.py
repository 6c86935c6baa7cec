"""Who may see what, written by hand and apart from the code: the table that every surface is held against."""

from tests.authz.world import PROTECTED

OVERSEE = frozenset({"dispatcher", "registrar", "supervisor", "leader"})
ZHUJIAN = frozenset({"handler", "head", "assigned"})
CENTRE = frozenset({"archivist", "protector"})  # at the centre, and with no sight of their own

# relation -> who sees it beside those who oversee the county
BESIDE: dict[str, frozenset[str]] = {
    "fresh": frozenset(),
    "sent": ZHUJIAN,
    "assigned": ZHUJIAN,
    "elsewhere": frozenset({"other_handler"}),
    "town": frozenset({"qiulan", "shenlan"}),
    "joint": ZHUJIAN | {"helper_office"},
    "leader": ZHUJIAN,
    "follower": frozenset(),
    "archived": CENTRE,
    "violence": frozenset({"protector"}),
    "complained": frozenset({"protector"}),
    "entrusted": frozenset({"protector", "assigned"}),
}


def sees(role: str, relation: str) -> bool:
    """Whether the matter exists for this role."""
    if role in {"own_code", "own_citizen", "agent"}:
        return True
    if relation in PROTECTED:
        return role in BESIDE[relation]
    return role in OVERSEE or role in BESIDE[relation]


def reads_content(role: str, relation: str) -> bool:
    """Whether title, words, names may be shown: never on a receipt code alone."""
    return sees(role, relation) and role != "own_code"


def in_lists(role: str, relation: str) -> bool:
    """Whether title and place may stand in a list: nobody's list shows those of a protected matter."""
    return reads_content(role, relation) and relation not in PROTECTED
