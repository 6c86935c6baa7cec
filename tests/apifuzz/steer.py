"""Turns a generated case towards what the server holds, often but not always: real ids, codes, people, steps."""

import random
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs
from schemathesis import Case

from tests.apifuzz.spare import PDF
from tests.apifuzz.world import World, as_uuid, step_of
from tianping.kernel.lifecycle.vocabulary import Party


@dataclass(frozen=True)
class Sent:
    """What goes with a case: `role` is whose token; `valid`: it works at all; `aimed`: turned towards what there is."""

    headers: dict[str, str]
    valid: bool
    aimed: bool = False


# Who is asked first for an address that holds this part.
WHOSE = (
    ("/mine", "citizen"),
    *(
        (part, "security_admin")
        for part in ("/tokens", "/sheets", "/admin/people", "/admin/posts", "/admin/appointments")
    ),
    ("/admin/", "system_admin"),
    ("/audit", "auditor"),
    *((part, "supervisor") for part in ("/figures", "/supervision")),
    *((part, "dispatcher") for part in ("/subjects", "/alike", "/bulk", "/files/", "/export", "/matters")),
    *((part, "registrar") for part in ("/uploads/", "/saved/")),
)


class Steer:
    def __init__(self, world: World, document: dict[str, Any], dice: random.Random) -> None:
        self.world, self.dice = world, dice
        schemas = document["components"]["schemas"]
        named = schemas["StepIn"]["properties"]["form"]["x-forms"]
        self.forms = {name: jsonschema_rs.validator_for(schemas[ref.rpartition("/")[2]]) for name, ref in named.items()}

    def __call__(self, case: Case, *, kind: bool) -> Sent:
        """`kind`: make it work if it can be made to."""
        likely = 1.0 if kind else 0.7
        role = self._role(case.operation.path, kind=kind)
        aimed = self.dice.random() < likely
        if aimed:
            role = self._aim(case, role, kind=kind)
        return replace(self._headers(case, role, kind=kind), aimed=aimed)

    def _role(self, path: str, *, kind: bool) -> str:
        found = next((role for part, role in WHOSE if part in path), None) if kind else None
        return found or self.dice.choice([*self.world.tokens])

    def _aim(self, case: Case, role: str, *, kind: bool) -> str:
        world, path = self.world, case.operation.path
        if kind and "step" in (case.path_parameters or {}) and isinstance(case.body, dict):
            case.body.setdefault("form", {"note": "602"} if "code" in case.body else {})
        parameters = dict(case.path_parameters or {})
        self._house(case, parameters)
        if "matter" in parameters:
            parameters["matter"] = self.dice.choice(world.own if "/mine/" in path else world.matters)
        if "/subjects" in path:
            self._people(case, parameters)
        if isinstance(case.body, dict):
            if "code" in case.body and "/progress" in path:
                case.body["code"] = self.dice.choice([*world.codes])
            if isinstance(case.body.get("form"), dict):
                self._plausible(case.body["form"])
                if "proceeding" in parameters:
                    role = self._pair(case, parameters, role)
                elif "/mine/" in path:
                    self._own(case, parameters)
                elif "step" in parameters:
                    self._by_code(case, parameters, kind=kind)
            if case.body.get("happened_at"):
                case.body["happened_at"] = "2026-01-05T08:00:00+08:00"
        if "X-Receipt-Code" in (case.headers or {}):
            case.headers["X-Receipt-Code"] = self.dice.choice([*world.codes])
        if path.endswith("/locate") and self.dice.random() < 0.5:
            case.query = {"words": "城东街道锦绣社区锦绣花园2幢"}
        if case.path_parameters:
            case.path_parameters.update(parameters)
        return role

    def _house(self, case: Case, parameters: dict[str, Any]) -> None:
        """Ids of what there is to spare, a file that is taken, and the next chunk of one that is on its way."""
        ids, path = self.world.spare.ids, case.operation.path
        for name in parameters:
            choices = ids.get("whole" if path.endswith("/finish") else name)
            if choices:
                parameters[name] = self.dice.choice(choices)
        if "/packs/" in path:
            parameters["kind"] = self.dice.choice(("term_rule", "grade"))
        if not isinstance(case.body, dict):
            if "Upload-Offset" in (case.headers or {}):
                case.headers["Upload-Offset"] = "0"
            if path.endswith("/files") or "Upload-Offset" in (case.headers or {}):
                case.body = PDF
            return
        if path.endswith(("/end", "/leave")):
            case.body |= {name: "2199-12-31" for name in ("until", "away_until") if case.body.get(name)}
        named = {"user": ids["user"], "parent": ids["path"]}
        case.body |= {name: self.dice.choice(named[name]) for name in named if name in case.body}
        if isinstance(case.body.get("matters"), list):
            case.body["matters"] = [self.dice.choice(self.world.matters) for _matter in case.body["matters"][:9]]
        if "rows" in case.body:
            parameters["kind"] = "people"
            case.body["rows"] = [
                {"username": f"s{self.dice.randrange(10**9)}", "name": "表里来", "email": "", "phone": ""}
            ]

    def _own(self, case: Case, parameters: dict[str, Any]) -> None:
        """A step that a party may take of any open matter."""
        case.body["form"] = {"note": "602"}
        parameters["step"] = self.dice.choice(("ask_correction", "ask_erasure"))

    def _people(self, case: Case, parameters: dict[str, Any]) -> None:
        """Two of those who reported; to be parted, one who was merged."""
        one, other = self.dice.sample(self.world.subjects, 2)
        people = {"one": one, "other": other, "keep": one, "subject": self.dice.choice(self.world.merged or [other])}
        parameters |= {name: people[name] for name in parameters if name in people}
        if isinstance(case.body, dict):
            case.body |= {name: people[name] for name in ("keep", "other") if name in case.body}

    def _pair(self, case: Case, parameters: dict[str, Any], role: str) -> str:
        """A step that this form fits, a proceeding that waits for it, and somebody whose step it is."""
        form = case.body["form"]
        fitting = [name for name, validator in self.forms.items() if validator.is_valid(form)]
        self.dice.shuffle(fitting)
        for name in fitting:
            procedure, _dot, step = name.partition(".")
            declared = step_of(procedure, step)
            waiting = self.world.waiting(procedure, declared)
            if waiting:
                parameters["step"], parameters["proceeding"] = step, self.dice.choice(waiting)
                return self.dice.choice(self.world.takers(declared))
        return role

    def _by_code(self, case: Case, parameters: dict[str, Any], *, kind: bool) -> None:
        """A step that this form fits, with the receipt of a matter that waits for it."""
        if kind and self.dice.random() < 0.5:
            case.body["form"] = {"note": "602"}
        fitting = [name for name, validator in self.forms.items() if validator.is_valid(case.body["form"])]
        self.dice.shuffle(fitting)
        for name in fitting:
            step = step_of(*name.split(".", 1))
            code = self.world.code_for(step) if any(isinstance(by, Party) for by in step.by) else None
            if code:
                parameters["step"], case.body["code"] = step.name, code
                return

    def _plausible(self, form: dict[str, Any]) -> None:
        """What JSON Schema cannot say: numbers with check digits, people and matters that exist, files that were sent."""
        for name in ("reporter_id_number", "files"):
            form.pop(name, None)
        if "assignee" in form and as_uuid(form["assignee"]):
            form["assignee"] = self.dice.choice(self.world.people)
        if "other_matter" in form and as_uuid(form["other_matter"]):
            form["other_matter"] = self.dice.choice(self.world.matters)
        for name in ("agency", "agencies"):
            if name in form:
                form[name] = "zhujian" if name == "agency" else ["shuiwu"]
        for name in ("description", "note", "reason", "title", "result", "answer", "on_site", "minutes", "value"):
            if isinstance(form.get(name), str) and not form[name].strip():
                form[name] = "有字"

    def _headers(self, case: Case, role: str, *, kind: bool) -> Sent:
        throw = 0.5 if kind else self.dice.random()
        octets = ".".join(str(self.dice.randint(1, 254)) for _ in range(4)) if throw < 0.97 else "198.51.100.7"
        headers = {"X-Forwarded-For": octets, "Accept-Language": self.dice.choice(("zh-CN", "en"))}
        guests = {} in case.operation.definition.raw.get("security", [{}])
        if case.headers:
            case.headers.pop("Authorization", None)
        if throw < (0.25 if guests else 0.05):
            return Sent(headers, valid=False)
        if throw > 0.95:
            return Sent(headers | {"Authorization": f"Bearer {self.dice.choice(self.world.bad)}"}, valid=False)
        narrow = throw > 0.9 and role in self.world.narrow
        token = self.world.narrow[role] if narrow else self.world.tokens[role]
        return Sent(headers | {"Authorization": f"Bearer {token}"}, valid=True)
