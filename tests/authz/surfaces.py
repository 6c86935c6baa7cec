"""Every way in that the kernel has, as functions of an actor and a canary that answer with the text that came out."""

from collections.abc import Callable
from typing import Self
from uuid import uuid4

from django.db import connection

from tests.authz.world import Canary
from tianping.capabilities.search.find import find
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.service import (
    Query,
    acting,
    advance,
    open_paper,
    own_matters,
    progress,
    readers_of,
    registry,
    reveal,
    show,
    worklist,
)

Surface = Callable[[Actor, Canary], str]


def whole(surface: Surface) -> Surface:
    """It answers the same for every matter: the sweep asks it once for each actor."""
    surface.whole = True  # type: ignore[attr-defined]  # a mark on a function
    return surface


class Said(str):
    """An answer, and what was typed into the very address or form that it answers: only that it may repeat. `broken`: a 500."""

    __slots__ = ("broken", "typed")
    broken: bool
    typed: str

    def __new__(cls, text: str, typed: str = "", *, broken: bool = False) -> Self:
        made = super().__new__(cls, text)
        made.typed, made.broken = typed, broken
        return made


TABLES = (
    "matter",
    "proceeding",
    "entry",
    "sealed",
    "fact",
    "term",
    "todo",
    "party",
    "identifier",
    "link",
    "representation",
    "document",
    "erasure",
    "feed",
    "outbox",
    "notice",
    "access_record",
    "counted",
)
# Tables that hold no matter of their own; whole or not at all.
HOUSE = ("counter", "cursor", "staff_contact", "saved_filter", "api_answer")


def quiet(call: Callable[[], object]) -> str:
    """The answer as text; a refusal is its sentence, which must give nothing away either."""
    try:
        return repr(call())
    except RefusedError as error:
        return f"refused {error.reason}: {error.sentence} {error.fields} {error.values}"


def detail(actor: Actor, canary: Canary) -> str:
    return quiet(lambda: show(actor, canary.receipt.matter, "handling"))


def masked(actor: Actor, canary: Canary) -> str:
    return quiet(lambda: reveal(actor, canary.receipt.matter, "reporter_phone", "contact"))


def masked_other(actor: Actor, canary: Canary) -> str:
    return quiet(lambda: reveal(actor, canary.receipt.matter, "other_phone", "contact"))


def office_paper(actor: Actor, canary: Canary) -> str:
    def read() -> str:
        stored, content = open_paper(actor, canary.kept, "handling")
        return stored.name + b"".join(content).decode(errors="replace")

    return quiet(read)


def standing(actor: Actor, canary: Canary) -> str:
    return quiet(lambda: progress(actor, canary.receipt.matter))


def whole_list(view: str, **more: object) -> Surface:
    def read(actor: Actor, _canary: Canary) -> str:
        query = Query(view=view, limit=200, open_only=False, **more)  # type: ignore[arg-type]  # given as words
        return quiet(lambda: worklist(actor, query).rows)

    return whole(read)


def narrowed(actor: Actor, canary: Canary) -> str:
    """A list asked for by the id of the matter: filters must not open what scope closes."""
    return quiet(lambda: worklist(actor, Query(view="sight", open_only=False, ids=(canary.receipt.matter,))).rows)


def searched(field: str) -> Surface:
    def read(actor: Actor, canary: Canary) -> str:
        text = canary.receipt.number if field == "number" else canary.secret[field]
        found = find(actor, text)
        rows = worklist(actor, Query(view="sight", open_only=False, ids=tuple(found))).rows if found else []
        return repr(rows) if rows else repr(found)

    return read


def search_hits(actor: Actor, canary: Canary) -> str:
    """The bare ids that a search gives: their number alone would tell."""
    return repr(find(actor, canary.words))


def paper(actor: Actor, canary: Canary) -> str:
    def read() -> str:
        stored, content = open_paper(actor, canary.document, "handling")
        return stored.name + b"".join(content).decode(errors="replace")

    return quiet(read)


def readers(actor: Actor, canary: Canary) -> str:
    return quiet(lambda: readers_of(actor, canary.receipt.matter))


@whole
def mine(actor: Actor, _canary: Canary) -> str:
    return quiet(lambda: own_matters(actor))


def table(name: str) -> Surface:
    """What row-level security gives by raw SQL under the application's role."""

    def read(actor: Actor, canary: Canary) -> str:
        column = "id" if name == "matter" else "matter_id"
        with acting(actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {name} WHERE {column} = %s", [canary.receipt.matter])
            return repr(cursor.fetchall())

    return read


def everything(name: str) -> Surface:
    """The whole table, without a condition."""

    def read(actor: Actor, canary: Canary) -> str:
        with acting(actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {name}")
            rows = [r for r in cursor.fetchall() if str(canary.receipt.matter) in repr(r)]
            return repr(rows)

    return read


def house(name: str) -> Surface:
    """A table of the house, whole."""

    def read(actor: Actor, _canary: Canary) -> str:
        with acting(actor), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {name}")
            return repr(cursor.fetchall())

    return whole(read)


def step(name: str) -> Surface:
    """The error text of a step that is asked for: with an empty form, so that nothing is done."""

    def read(actor: Actor, canary: Canary) -> str:
        return quiet(
            lambda: advance(canary.receipt.proceeding, name, actor=actor, form={"nonsense": "x"}, key=str(uuid4()))
        )

    return read


def kernel_surfaces() -> dict[str, Surface]:
    found: dict[str, Surface] = {
        "detail": detail,
        "masked": masked,
        "masked-other": masked_other,
        "office-file": office_paper,
        "progress": standing,
        "list:todo": whole_list("todo"),
        "list:sight": whole_list("sight"),
        "list:late": whole_list("sight", late="overdue"),
        "list:holder": whole_list("sight", holder="qingxi.zhujian."),
        "list:opened": whole_list("sight", sort="opened"),
        "list:ids": narrowed,
        "file": paper,
        "readers": readers,
        "mine": mine,
        "search:hits": search_hits,
    }
    found |= {f"search:{f}": searched(f) for f in ("number", "title", "words", "place", "name", "phone")}
    found |= {f"sql:{t}": table(t) for t in TABLES}
    found |= {f"sql-all:{t}": everything(t) for t in ("matter", "entry", "sealed", "fact", "todo", "document", "feed")}
    found |= {f"sql:{t}": house(t) for t in HOUSE}
    found |= {f"step:{s.name}": step(s.name) for s in registry().procedure("intake").steps}
    return found
