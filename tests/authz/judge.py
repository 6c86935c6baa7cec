"""One cell judged: what came out, against what the table allows."""

from tests.authz import oracle
from tests.authz.world import CITIZENS, Canary

TITLE = frozenset({"title", "place"})
# Where the right person must get something, or the sweep proves nothing.
MUST = {"detail": "words", "file": "画中秘语", "masked": "phone", "web:GET desk/matter/<uuid:matter>/": "words"}


def judge(surface: str, role: str, relation: str, canary: Canary, text: str) -> str:
    """The fault in words, or an empty string."""
    sees = oracle.sees(role, relation)
    content = oracle.reads_content(role, relation)
    if surface.startswith("sql"):
        return _rows(sees, surface, text)
    shown = [name for name, word in canary.secret.items() if word in text]
    if not sees:
        ids = (str(canary.receipt.matter), str(canary.receipt.proceeding), canary.receipt.number)
        if shown:
            return f"shows {shown}"
        return "tells that it exists" if any(i in text for i in ids) and not _echoes(surface) else ""
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


def _echoes(surface: str) -> bool:
    """A search by number, or an address of the page itself, repeats what the asker typed."""
    return surface.startswith("web") or surface == "search:number"


def _rows(sees: bool, surface: str, text: str) -> str:
    if not sees and text != "[]":
        return "row-level security lets rows through"
    if sees and text == "[]" and surface == "sql:matter":
        return "row-level security hides what it should show"
    return ""


def _missing(surface: str, role: str, canary: Canary, text: str) -> str:
    wanted = MUST.get(surface)
    if wanted is None or (role in CITIZENS and surface not in {"file", "detail"}):
        return ""
    word = canary.secret.get(wanted, wanted)
    return "" if word in text else "gives nothing to whoever has the right"
