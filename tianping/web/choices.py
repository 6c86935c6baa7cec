"""What a form may choose from: pack codes, offices, people, running clocks, known facts. In the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tianping.kernel.agencies.actors import Held
from tianping.kernel.agencies.administer import POSTS
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.vocabulary import Field
from tianping.kernel.service import MatterView, Office, book, offices, people_at, registry
from tianping.web import representatives

Choice = tuple[str, str]


def english() -> bool:
    return (get_language() or "").startswith("en")


def label_of(row: Any) -> str:
    twin = getattr(row, "name_en", "")
    return str(twin if twin and english() else row.name)


def post_title(post: Held) -> str:
    """As the holder is called here; in English by the kind of post."""
    return _(POSTS[post.kind]) if english() and post.kind in POSTS else post.title


def at_work(post: Held) -> str:
    """The short name of the office; in English its English name."""
    return post.agency_en if english() and post.agency_en else post.agency_short


def choices_for(jurisdiction: str, item: Field, concept: Concept, view: MatterView | None, holder: str) -> list[Any]:
    """The options of one field; empty when it is not a choice."""
    declared = item.choices or concept.choices
    if declared:
        return [(code, _(text)) for code, text in declared]
    match concept.type, concept.source:
        case "choice", "category":
            return categories(jurisdiction)
        case "choice", source if source:
            return [(r.code, label_of(r)) for r in book(jurisdiction).rows(source)]
        case (("agency" | "agencies"), _source):
            return office_groups(offices(jurisdiction))
        case "person", _source:
            return [(str(p.user), f"{p.name}（{p.title}）") for p in people_at(jurisdiction, holder)]
    if concept.name == "term" and view is not None:
        return [(t.row.name, _(t.label)) for p in view.proceedings for t in p.terms if t.row.status != "ended"]
    if concept.name == "representation" and view is not None:
        return representatives.choices(view.representatives)
    if concept.name == "concept" and view is not None:
        return known_facts(view.state.facts)
    return []


def office_groups(found: Iterable[Office], *, short: bool = False) -> list[Any]:
    """Offices under the town or bureau that they belong to; those without any under them stand together, first."""
    listed = list(found)
    named = {o.path: office_label(o, short=short) for o in listed}
    groups: dict[str, list[Choice]] = {}
    for office in listed:
        groups.setdefault(".".join(office.path.split(".")[:2]), []).append((office.path, named[office.path]))
    alone = [members[0] for members in groups.values() if len(members) == 1]
    made: list[Any] = [(_("县里的单位"), alone)] if alone else []
    return made + [
        (named.get(f"{top}.", members[0][1]), members) for top, members in groups.items() if len(members) > 1
    ]


def office_label(office: Office, *, short: bool = False) -> str:
    return office.name_en if english() and office.name_en else office.short if short else office.name


def categories(jurisdiction: str) -> list[Any]:
    """Leaves under their classes, as Django groups options."""
    rows = book(jurisdiction).categories()
    tops = [r for r in rows if r.parent is None]
    return [(label_of(t), [(r.code, label_of(r)) for r in rows if r.parent == t.code]) for t in tops]


def known_facts(facts: Mapping[str, Any]) -> list[Choice]:
    concepts = registry().concepts
    return [(name, _(concepts[name].label)) for name in facts if name in concepts]


def category_label(jurisdiction: str, code: str) -> str:
    found = book(jurisdiction).category(code) if code else None
    return label_of(found) if found else ""


def grade_label(jurisdiction: str, code: str) -> str:
    found = next((g for g in book(jurisdiction).grades() if g.code == code), None)
    return label_of(found) if found else ""
