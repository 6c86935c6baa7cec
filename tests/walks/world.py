"""An in-memory house around the pure engine: it stores what the engine decides and holds it against the promises."""

from random import Random
from uuid import UUID

from tests.walks import promises
from tests.walks.answers import CENTRE, Answers, office_of
from tests.walks.copies import copied
from tests.walks.guide import toward
from tests.walks.tally import Taken
from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.ledger.chain import Row, entry_hash
from tianping.kernel.ledger.verify import verify_chain
from tianping.kernel.lifecycle import engine, forms
from tianping.kernel.lifecycle.state import SEALED, Actor, Command, LastEntry, MatterState, RefusedError
from tianping.kernel.lifecycle.vocabulary import START, Assigned, Guest, Lapse, Leader, Party, Post

JURISDICTION = "990101"
DAYS = ("2026-11-24", "2026-11-24", "2019-01-01", "2190-01-01")  # what the kernel may take for today
# the pack's row behind a chosen retention: ten years, for good, none of that code, and one that is about moving house
ROWS = (
    *({"years": 10, "action": "keep"},) * 4,
    *({"years": None, "action": "keep"},) * 2,
    None,
    {"years": 10, "action": "transfer"},
)
PROOF = "identity"
ENOUGH = 60  # refusals of a step: until then one is tried at every turn
UNNOTED = frozenset({"undo", "note", "add"})  # as the store reads the newest effective entry


class World:
    """One walk. `tally` guides: what was taken least is tried first."""

    def __init__(self, registry, seed, tally):
        self.registry = registry
        self.rng = Random(seed)
        self.tally = tally
        self.matters = {}
        self.log = {}  # matter -> [Taken]
        self.chains = {}  # matter -> [Row]
        self.offices = {}  # matter -> agencies that were ever given it, by entry
        self.trail = []
        self.guided = self.rng.choice((0.1, 0.1, 0.8))  # how often it heads for the rarest step
        self.answers = Answers(registry, self.rng)

    def new_id(self):
        return UUID(int=self.rng.getrandbits(128), version=4)

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────
    def actor_for(self, by, matter, proceeding, step):
        """Somebody who may take the step by this clause, or None."""
        if isinstance(by, Guest):
            return Actor("guest", JURISDICTION)
        if isinstance(by, Lapse):
            term = proceeding.terms.get(by.term)
            if term is None or term.status != "running":
                return None
            term.lapsed = True
            return Actor("system", JURISDICTION)
        if isinstance(by, Leader):
            return Actor("system", JURISDICTION)
        keys = promises.keys_of(by, matter, proceeding, step.name)
        if not keys:
            return None
        key = self.rng.choice(sorted(keys))
        if isinstance(by, Party):
            return Actor("citizen", JURISDICTION, subject=UUID(key.removeprefix("subject:")), proof=PROOF)
        user = UUID(key.removeprefix("person:")) if isinstance(by, Assigned) else UUID(int=self.rng.randint(1, 6))
        # Everybody looks from another post than the one that gives the right: the entry must not take its office from there.
        post = key if "@" in key else f"handler@{proceeding.holder}"
        posts = (("auditor@qx.", UUID(int=8)), (post, UUID(int=9)))
        return Actor(
            "staff", JURISDICTION, user=user, post=UUID(int=8), agency="qx.", keys=frozenset({key}), posts=posts
        )

    def stranger(self):
        return Actor("staff", JURISDICTION, user=UUID(int=99), agency="qx.jj.", keys=frozenset({"handler@qx.jj."}))

    # ── walking ──────────────────────────────────────────────────────────────────────────────────────────────
    def walk(self, length):
        """Take about `length` steps; whatever breaks a promise ends the walk and is told."""
        try:
            for _turn in range(length):
                self._turn()
            self._chains_verify()
        except promises.BrokenError as error:
            self.tally.broken.append(f"{error} after {' > '.join(self.trail[-8:])}")

    def _turn(self):
        live = [m for m in self.matters.values() if self._open(m)]
        if len(live) < 2 or (len(live) < 6 and self.rng.random() < 0.06):
            self._begin()
            return
        options = [
            (step, matter, proceeding)
            for matter in live
            for proceeding, procedure in self._open(matter)
            for step in procedure.steps_from(proceeding.state)
        ]
        self.rng.shuffle(options)
        least = min(options, key=self._refused)
        if self._refused(least) < ENOUGH or self.rng.random() < 0.25:
            self._refusal(*least)
        if options and self.rng.random() < self.guided:
            for step, matter, proceeding in toward(self.registry, self.tally, self.rng, options):
                if self._try(step, matter.id, proceeding.id):
                    return
        self.rng.shuffle(options)
        if self.rng.random() < 0.85:
            options.sort(key=self._tried)
        for step, matter, proceeding in options[:12]:
            if self._try(step, matter.id, proceeding.id):
                return

    def _refused(self, option):
        """How often this step was refused: what was refused least is tried first."""
        return self.tally.refused[option[2].procedure, option[0].name]

    def _tried(self, option):
        """How often this was taken; an undo counts for each step that it takes back."""
        step, matter, proceeding = option
        if not step.undoes:
            return self.tally.taken[proceeding.procedure, step.name]
        last = self._last(matter.id, step)
        fits = last is not None and last.step in step.undoes and last.proceeding == proceeding.id and last.user
        return self.tally.undone[proceeding.procedure, last.step] if fits else 10**9

    def _open(self, matter):
        found = []
        for proceeding in matter.proceedings.values():
            procedure = self.registry.procedure(proceeding.procedure, proceeding.version)
            if proceeding.state not in procedure.final:
                found.append((proceeding, procedure))
        return found

    def _begin(self):
        names = [p for p in self.registry.procedures() if any(not s.automatic for s in p.starts)]
        procedure, step = self.rng.choice([(p, s) for p in names for s in p.starts if not s.automatic])
        actor = self._starter(step)
        raw = self.answers.form(step, full=self.rng.random() < 0.3)
        if "protect" in step.touches:
            raw |= self.answers.threat()
        else:
            raw = {k: v for k, v in raw.items() if k not in {"danger", "violence", "minor", "complained_agency"}}
        if self.rng.random() < 0.3 and (needed := [f.name for f in step.form.fields if f.required]):
            self._begin_refused(procedure, step, actor, {k: v for k, v in raw.items() if k != needed[0]})
        matter = MatterState(self.new_id(), CENTRE, CENTRE, new=True, place_path="qx.zhen.")
        decision = engine.begin(
            self.registry,
            procedure.name,
            lambda s: self._parse(s, raw),
            actor=actor,
            matter=matter,
            new_id=self.new_id,
            step_name=step.name,
        )
        self._store(decision, actor, {})

    def _starter(self, step):
        by = self.rng.choice([b for b in step.by if isinstance(b, Post | Guest)])
        if isinstance(by, Guest):
            return Actor("guest", JURISDICTION)
        path = {"place": "qx.zhen.", "root": "qx."}.get(by.at, CENTRE)
        return Actor("staff", JURISDICTION, user=UUID(int=1), agency=path, keys=frozenset({f"{by.kind}@{path}"}))

    def _begin_refused(self, procedure, step, actor, raw):
        matter = MatterState(self.new_id(), CENTRE, CENTRE, new=True, place_path="qx.zhen.")
        self._must_refuse(
            "missing",
            procedure.name,
            step,
            lambda: engine.begin(
                self.registry,
                procedure.name,
                lambda s: self._parse(s, raw),
                actor=actor,
                matter=matter,
                new_id=self.new_id,
                step_name=step.name,
            ),
        )

    def _parse(self, step, raw, matter=None):
        return forms.parse(step.form, raw, self.registry.concepts, known=matter.facts if matter else None)

    # ── one step ─────────────────────────────────────────────────────────────────────────────────────────────
    def _try(self, step, matter_id, proceeding_id):
        """Whether the step was taken. A step whose guard says no must be refused by the engine as well."""
        there = self.matters[matter_id]
        matters = copied({m: self.matters[m] for m in (matter_id, there.leader) if m is not None})
        matter = matters[matter_id]
        proceeding = matter.proceedings[proceeding_id]
        actors = [a for by in step.by if (a := self.actor_for(by, matter, proceeding, step))]
        if not actors:
            return False
        actor = self.rng.choice(actors)
        matter.last = self._last(matter_id, step)
        if step.name == "undo" and matter.last is not None and self.rng.random() < 0.9:
            actor = Actor(**{**_fields(actor), "user": UUID(matter.last.user)}) if matter.last.user else actor
        raw = self._raw(step, matter, proceeding)
        try:
            form = self._parse(step, raw, matter)
        except RefusedError:
            return False
        asked = UUID(raw["other_matter"]) if raw.get("other_matter") else None
        other = matters.get(asked) or copied(self.matters.get(asked))
        extra = {
            "relations": ["亲属"] if self.rng.random() < 0.1 else [],
            "offices": self._offices(step, raw, actor),
            "other": None if other is None or other is matter else {"free": self._free(other), "id": str(other.id)},
            "opposing": ["phone"] if self.rng.random() < 0.1 else [],
            "represented": promises.represented(self.log[matter_id]),
            "today": self.rng.choice(DAYS),
            "row:retention": self.rng.choice(ROWS),
        }
        involved = {matter_id: matter} | ({other.id: other} if other else {})
        if matter.leader is not None:
            involved[matter.leader] = matters[matter.leader]
        before = {m: copied(s) for m, s in involved.items()}
        guard = promises.failing(self.registry, step, matter, proceeding, actor, form, extra)
        command = Command(step.name, form, extra)
        call = lambda: engine.decide(self.registry, involved, proceeding_id, command, actor=actor, new_id=self.new_id)  # noqa: E731  # asked once
        if guard is not None:
            self._must_refuse("guard", proceeding.procedure, step, call)
            self.tally.guards[guard.name] += 1
            return False
        try:
            decision = call()
        except RefusedError as error:
            if error.reason == "right":
                raise promises.BrokenError(f"{step.name}: its own clause does not let {sorted(actor.keys)}") from error
            return False
        self._store(decision, actor, before)
        if step.derives and self.rng.random() < 0.5:  # said anew: what followed from the first no longer holds
            self._try(step, matter_id, proceeding_id)
        return True

    def _raw(self, step, matter, proceeding):
        self.answers.others = [m for m in self.matters if m != matter.id]
        self.answers.represented = list(promises.represented(self.log[matter.id]))
        raw = self.answers.form(step, matter, proceeding)
        if step.touches.get("protect") == "on" and self.rng.random() < 0.9:
            raw |= {
                k: v for k, v in self.answers.threat().items() if k not in matter.facts or step.form.field(k).revises
            }
        if step.form.field("retention_until") and self.rng.random() < 0.8:
            raw["retention_until"] = self.rng.choice(("2060-12-31", "2019-12-31"))
        return raw

    def _offices(self, step, raw, actor):
        """Where whoever is named holds a post; where nobody can be named, whoever acts."""
        people = [f.name for f in step.form.fields if self.registry.concepts[f.concept].type == "person"]
        return [office_of(raw[n]) for n in people if n in raw] if people else [actor.agency]

    def _free(self, other):
        absorbs = any(
            procedure.by_name.get("absorb") in procedure.steps_from(proceeding.state)
            for proceeding, procedure in self._open(other)
        )
        return absorbs and other.leader is None and not other.protected and not other.archived

    def _last(self, matter_id, step):
        if not step.undoes:
            return None
        for entry in reversed(self.log[matter_id]):
            if not entry.undone and entry.move.step not in UNNOTED:
                move = entry.move
                return LastEntry(entry.id, move.proceeding, move.procedure, move.step, entry.user, list(move.effects))
        return None

    # ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────
    def _refusal(self, step, matter, proceeding):
        """A stranger, the wrong state, or a form with a hole: each must be refused and leave no trace."""
        procedure = self.registry.procedure(proceeding.procedure, proceeding.version)
        kind = self.rng.choice(("stranger", "state", "missing", "restated"))
        state = copied(matter)
        actor = self.stranger()
        if kind == "state":
            steps = [s for s in procedure.steps if s not in procedure.steps_from(proceeding.state)]
            step = min(
                [s for s in steps if START not in s.sources] or steps,
                key=lambda s: self._refused((s, None, proceeding)),
            )
        if kind == "restated":
            self._restate(step, state, proceeding)
            return
        if kind == "missing":
            needed = [f for f in step.form.fields if f.required and f.concept not in state.facts]
            if needed:
                raw = self._raw(step, state, proceeding)
                raw.pop(needed[0].name, None)
                self._must_refuse("missing", proceeding.procedure, step, lambda: self._parse(step, raw, state))
            return
        if kind == "state":
            actors = [a for by in step.by if (a := self.actor_for(by, state, state.proceedings[proceeding.id], step))]
            actor = actors[0] if actors else Actor("system", JURISDICTION)
        command = Command(step.name, {})
        self._must_refuse(
            kind,
            proceeding.procedure,
            step,
            lambda: engine.decide(
                self.registry, {matter.id: state}, proceeding.id, command, actor=actor, new_id=self.new_id
            ),
        )

    def _restate(self, step, matter, proceeding):
        """What is known is not asked again: leaving it out is enough, and another value is refused."""
        procedure = self.registry.procedure(proceeding.procedure, proceeding.version)
        asked = [
            (s, item)
            for s in (step, *procedure.starts)
            for item in s.form.fields
            if not item.revises
            and self.registry.concepts[item.concept].scope == "matter"
            and matter.facts.get(item.concept) is not None
        ]
        if not asked:
            return
        step, item = self.rng.choice(asked)
        concept, fact = self.registry.concepts[item.concept], matter.facts[item.concept]
        raw = self._raw(step, matter, proceeding)
        promises.need(item.name not in self._parse(step, raw, matter), f"{step.name} takes {item.name} for new")
        value = self.answers.value(item, concept, matter, proceeding, raw)
        if fact == SEALED or forms.parse_value(item, concept, value, forms.Checks()) != fact:
            self._must_refuse(
                "restated", procedure.name, step, lambda: self._parse(step, raw | {item.name: value}, matter)
            )

    def _must_refuse(self, kind, procedure, step, call):
        try:
            call()
        except RefusedError:
            self.tally.refused[procedure, step.name] += 1
            self.tally.kinds[kind] += 1
            return
        except KeyError as error:
            raise promises.BrokenError(f"{procedure}.{step.name}: went on without {error} ({kind})") from error
        raise promises.BrokenError(f"{procedure}.{step.name}: not refused ({kind})")

    # ── storing ──────────────────────────────────────────────────────────────────────────────────────────────
    def _store(self, decision, actor, before):
        for move in decision.moves:
            self.tally.taken[move.procedure, move.step] += 1
            self.trail.append(f"{move.procedure}.{move.step}")
            old = before.get(move.matter)
            stood = copied(old.proceedings.get(move.proceeding)) if old else None
            entry = Taken(
                self.new_id(),
                move,
                "" if move.automatic else str(actor.user or ""),
                stood,
                frozenset(old.audience) if old else frozenset(),
            )
            log = self.log.setdefault(move.matter, [])
            for effect in move.effects:
                if effect["do"] == "undo":
                    undone = next(t for t in log if str(t.id) == effect["entry"])
                    undone.undone = True
                    self.tally.undone[move.procedure, undone.move.step] += 1
                    promises.undone(decision.matters[move.matter], undone)
            log.append(entry)
            self._chain(move, entry)
        for matter in decision.matters.values():
            matter.new = False
            matter.last = None
            for proceeding in matter.proceedings.values():
                proceeding.new = False
            self._seal(matter)
            matter.archived = promises.archived(self.registry, matter)
            self.matters[matter.id] = matter
        promises.keep(self.registry, self.matters, decision, before, self.log)

    def _seal(self, matter):
        """Personal facts come back from the store sealed."""
        for concept in matter.facts:
            if self.registry.concepts[concept].personal:
                matter.facts[concept] = SEALED

    def _chain(self, move, entry):
        rows = self.chains.setdefault(move.matter, [])
        body = canonical(
            {"id": entry.id, "chain": move.matter, "step": move.step, "to": move.to_state, "effects": move.effects}
        )
        prev = rows[-1].hash if rows else None
        rows.append(Row(move.matter, len(rows) + 1, entry.id, body, entry_hash(body, prev), prev))

    def _chains_verify(self):
        for matter, rows in self.chains.items():
            faults = verify_chain(rows, (len(self.log[matter]), rows[-1].hash))
            if faults:
                raise promises.BrokenError(f"chain: {faults[0].kind} at {faults[0].seq}")


def _fields(actor):
    return {name: getattr(actor, name) for name in Actor.__slots__}
