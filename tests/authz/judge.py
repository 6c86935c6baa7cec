"""One cell judged: what came out, against what the table allows."""

import json

from tests.authz import oracle
from tests.authz.world import CITIZENS, RELATIONS, Canary

TITLE = frozenset({"title", "place"})
# Where the right person must get something, or the sweep proves nothing.
MUST = {
    "detail": "words",
    "file": "画中秘语",
    "masked": "phone",
    "web:GET desk/matter/<uuid:matter>/": "words",
    "web:GET api/v1/matters/<uuidstr:matter>": "words",
}
BREAKS = "breaks"  # a fault of its own, and no proof that a hole was seen
AUDIT = ("desk/audit/", "api/v1/audit")


def judge(surface: str, role: str, relation: str, canary: Canary, text: str) -> str:
    """The fault in words, or an empty string. What was typed into that very address or form may be repeated."""
    sees = oracle.sees(role, relation)
    if getattr(text, "broken", False):
        return BREAKS
    if surface.startswith("sql"):
        return _rows(sees, surface, role, text)
    if surface.startswith("count"):
        return _count(surface, role, relation, text)
    if surface.startswith("feed:") and surface != "feed:stream-list":
        return "is told that it moves" if not sees and ("status 200" in text or "Heard(" in text) else ""
    typed = getattr(text, "typed", "")
    shown = [name for name, word in canary.secret.items() if word in text and word not in typed]
    if not sees:
        return _unseen(surface, role, canary, text, typed, shown)
    if surface.endswith("api/v1/figures") and (fault := _standing(role, text)):
        return fault
    return _seen(surface, role, relation, canary, text, shown)


def _unseen(surface: str, role: str, canary: Canary, text: str, typed: str, shown: list[str]) -> str:
    if shown:
        return f"shows {shown}"
    told = [i for i in (str(canary.receipt.matter), str(canary.receipt.proceeding)) if i in text and i not in typed]
    if canary.receipt.number in text and canary.receipt.number not in typed and not _audits(surface, role):
        told.append(canary.receipt.number)
    return f"tells that it exists: {told}" if told else ""


def _audits(surface: str, role: str) -> bool:
    """The auditor reads the number of every matter whose data were read, protected ones too; nothing else of it."""
    return role == "auditor" and surface.endswith(AUDIT)


def _seen(surface: str, role: str, relation: str, canary: Canary, text: str, shown: list[str]) -> str:
    content = oracle.reads_content(role, relation)
    if surface.startswith(("list:", "search:", "web-list:")):
        allowed = TITLE if oracle.in_lists(role, relation) else frozenset()
        extra = [n for n in shown if n not in allowed]
        return f"a list shows {extra}" if extra else ""
    if role in CITIZENS and ({"note", "other_phone"} & set(shown) or "馆中秘语" in text):
        return "shows a party what is the office's or the other side's"
    if not content and (shown or "画中秘语" in text):
        return f"shows {shown or 'the file'} on a code alone"
    if (
        {"phone", "other_phone"} & set(shown)
        and not (role == "own_citizen" and "mine/" in surface)
        and surface not in {"masked", "masked-other"}
        and not surface.startswith("web-reveal:")
    ):
        return "shows the number unasked"
    return _missing(surface, role, canary, text) if content else ""


def _rows(sees: bool, surface: str, role: str, text: str) -> str:
    table = surface.partition(":")[2]
    if table in oracle.HOUSE:
        return (
            ""
            if text == "[]" or oracle.reads_house(role, table)
            else "row-level security lets rows of the house through"
        )
    if table == "access_record" and role == "auditor":
        return ""
    if not sees and text != "[]":
        return "row-level security lets rows through"
    if sees and text == "[]" and surface == "sql:matter":
        return "row-level security hides what it should show"
    return ""


def _count(surface: str, role: str, relation: str, text: str) -> str:
    """A number may hold at most what the role sees."""
    if text.startswith("refused"):
        return ""
    number = int(text.rsplit(maxsplit=1)[-1])
    if surface.startswith("count:"):
        return f"counts {number} of what is not seen" if number and not oracle.sees(role, relation) else ""
    most = oracle.counted(role, surface.partition(":")[2])
    return f"counts {number} where {most} may be seen" if number > most else ""


def _standing(role: str, text: str) -> str:
    """The numbers on the page of figures: of how things stand, and of what was registered."""
    try:
        told = json.loads(text)
    except ValueError:
        return ""
    if "standing" not in told:
        return ""
    seen = sum(oracle.sees(role, r) for r in RELATIONS)
    opened = next(f["part"] for f in told["items"] if f["key"] == "opened")
    if told["standing"]["everything"] > seen or opened > oracle.counted(role, "figures"):
        return f"counts {told['standing']['everything']} and {opened} where {seen} may be seen"
    return ""


def _missing(surface: str, role: str, canary: Canary, text: str) -> str:
    wanted = MUST.get(surface)
    if wanted is None or (role in CITIZENS and surface not in {"file", "detail"}):
        return ""
    word = canary.secret.get(wanted, wanted)
    return "" if word in text else "gives nothing to whoever has the right"
