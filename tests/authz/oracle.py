"""Who may see what, written by hand and apart from the code: the table that every surface is held against."""

from tests.authz.world import CITIZENS, PROTECTED, RELATIONS, STAFF

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


# Tables without a matter of their own, and who has a use for their rows.
HOUSE = frozenset({"counter", "counted", "cursor", "staff_contact", "saved_filter", "api_answer"})
SENT = frozenset({"sent", "assigned", "elsewhere", "town", "joint", "leader"})  # which an office has


def reads_house(role: str, table: str) -> bool:
    """Counters of their part are read by staff, positions of readers by every connection; nothing else of it by anybody."""
    return table == "cursor" or (table == "counter" and role in STAFF)


def counted(role: str, what: str) -> int:
    """How many matters a number may hold at most. A citizen has one of their own; figures never hold a protected one."""
    if role in CITIZENS:
        return 1 if what == "list" else 0
    seen = [r for r in RELATIONS if sees(role, r)]
    match what:
        case "list":
            return len(seen)
        case "figures":
            return len([r for r in seen if r not in PROTECTED])
    return len([r for r in seen if r in SENT])
