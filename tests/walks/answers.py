"""What a walker writes into a form: made from the declared fields, as a page or the API would send it."""

from uuid import UUID

CENTRE = "qx.zz."
AGENCIES = ("qx.zj.", "qx.sw.", "qx.cg.", "qx.zj.wuye.", "qx.mz.")
CHILD_OF_CODES = {"category": ("neighbour.leak", "road.light"), "grade": ("1", "2", "3", "4")}
TEXTS = ("楼上漏水。", "路灯不亮", "第一行\n第二行", "  前后有空格  ", "１２３ ABC")


def office_of(person):
    """The office in which a person of the walk holds a post."""
    return AGENCIES[UUID(person).int % len(AGENCIES)]


class Answers:
    """Raw values for a step's form. `rng` decides; `others` are the matters that a merge or link may name."""

    def __init__(self, registry, rng, others=()):
        self.registry = registry
        self.rng = rng
        self.others = list(others)
        self.represented = []

    def form(self, step, matter=None, proceeding=None, *, full=False):
        """Required fields always, the others now and then; what is known is left out unless the field revises it."""
        raw = {}
        known = matter.facts if matter else {}
        for field in step.form.fields:
            concept = self.registry.concepts[field.concept]
            if concept.scope == "matter" and field.concept in known and not field.revises:
                continue
            if field.required or full or self.rng.random() < 0.4:
                raw[field.name] = self.value(field, concept, matter, proceeding, raw)
        return {name: value for name, value in raw.items() if value is not None}

    def value(self, field, concept, matter, proceeding, raw):
        rng = self.rng
        if field.name == "concept":
            # The office complained of stays as it was told here: only the protector may change it, a test of its own.
            known = sorted(set(matter.facts) - {"complained_agency"}) if matter else []
            return rng.choice(known) if known else "title"
        if field.name == "value":
            meant = self.registry.concepts.get(raw.get("concept", ""), concept)
            return self.value(_Plain(meant.name), meant, matter, proceeding, raw) if meant is not concept else "改过了"
        if field.name == "valid_until":
            return rng.choice(("2099-12-31", "2020-12-31", None))
        if field.name == "representation":
            return rng.choice(self.represented) if self.represented else "none"
        if field.name == "term":
            running = [n for n, t in proceeding.terms.items() if t.status != "ended"] if proceeding else []
            return rng.choice(running) if running else "none"
        return self.typed(field, concept)

    def threat(self):
        """Why a matter is protected; half of the time an office is complained of."""
        agency = self.rng.choice((None, "qx.zj."))
        return {self.rng.choice(("danger", "violence", "minor")): True, "complained_agency": agency}

    def typed(self, field, concept):  # noqa: PLR0911  # one answer a type
        rng = self.rng
        choices = field.choices or concept.choices
        match concept.type:
            case "choice":
                return rng.choice([c for c, _l in choices] or CHILD_OF_CODES.get(concept.source, ("a", "b")))
            case "boolean":
                return rng.random() < 0.15
            case "integer":
                least = 1 if field.least is None else field.least
                return str(rng.randint(least, min(field.most or (99 if rng.random() < 0.1 else 9), 99)))
            case "money":
                return f"{rng.randint(0, 10**6) / 100:.2f}"
            case "date":
                return f"20{rng.randint(20, 24)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
            case "datetime":
                return "2026-11-24T14:30:00+08:00"
            case "agency":
                return rng.choice(AGENCIES)
            case "agencies":
                return rng.sample(AGENCIES, rng.randint(1, 3))
            case "person":
                return str(UUID(int=rng.randint(1, 6)))
            case "matter":
                none = not self.others or rng.random() < 0.1  # now and then one that does not exist
                return str(UUID(int=0) if none else rng.choice(self.others))
            case "files":
                return [str(UUID(int=rng.getrandbits(64)))]
            case "point":
                return ["118.5", "29.25"]
            case "phone":
                return f"1380000{rng.randint(1000, 9999)}"
        return rng.choice(TEXTS)[: field.max_length]


class _Plain:
    """A field of no declaration: for the corrected value of a concept."""

    choices = ()
    least = most = None
    max_length = 200

    def __init__(self, name):
        self.name = name
