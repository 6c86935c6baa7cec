"""The same walk through `report` and `advance` on PostgreSQL: what is stored is what the engine decides, and columns follow."""

from collections import Counter
from random import Random
from uuid import UUID, uuid4

from django.db import connection

from tests.people import JURISDICTION, guest
from tests.walks import promises
from tests.walks.answers import Answers
from tests.walks.copies import copied
from tests.walks.strangers import Strangers
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.actors import holders, staff_actor
from tianping.kernel.agencies.models import Agency, User
from tianping.kernel.lifecycle import engine, forms
from tianping.kernel.lifecycle.state import Actor, Command, RefusedError
from tianping.kernel.lifecycle.vocabulary import Lapse, Leader, Party
from tianping.kernel.matters.advance import advance, registry, report
from tianping.kernel.matters.chains import verify_chains
from tianping.kernel.matters.checks import form_checks
from tianping.kernel.matters.clocks import due_among
from tianping.kernel.matters.columns import main_proceeding
from tianping.kernel.matters.readers.sequencer import sequence
from tianping.kernel.matters.reads import extra_for
from tianping.kernel.matters.represent import represented
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.show import sees
from tianping.kernel.matters.snapshot import lock, open_for_writing, read
from tianping.kernel.packs.book import book

FED = 10  # turns between two looks at the feed
CHECKED = ("state", "holder", "assigned", "counts", "pending", "back", "supervised", "slot", "procedure", "version")


class CountyAnswers(Answers):
    """Codes and offices of the demo county. No files: those are uploaded first."""

    def __init__(self, rules, rng):
        super().__init__(rules, rng)
        self.codes = {
            "category": [r.code for r in book(JURISDICTION).rows("category") if r.code.count(".") == 1][:20],
            "grade": ["1", "2", "3", "4"],
            "retention": [r.code for r in book(JURISDICTION).rows("retention") if r.action == "keep"],
        }
        with acting(system_actor(JURISDICTION)):
            self.offices = list(Agency.objects.filter(kind="bureau", active=True).values_list("path", flat=True))
            self.people = [
                str(u) for u in User.objects.filter(username__in=("caoyong", "dugang")).values_list("id", flat=True)
            ]

    def typed(self, field, concept):
        match concept.type:
            case "files":
                return None
            case "agency":
                return self.rng.choice(self.offices)
            case "agencies":
                return self.rng.sample(self.offices, 2)
            case "person":
                return self.rng.choice(self.people)
            case "id_number" | "uscc":
                return None
            case "choice" if concept.source:
                return self.rng.choice(self.codes[concept.source])
        return super().typed(field, concept)


class StoredWorld:
    """One walk over some matters, each read back after every step."""

    def __init__(self, seed, tally):
        self.registry = registry()
        self.rng = Random(seed)
        self.tally = tally
        self.answers = CountyAnswers(self.registry, self.rng)
        self.matters = {}  # id -> state as stored
        self.codes = {}  # id -> key of the receipt
        self.trail = []
        self.strangers = Strangers(self.answers.offices, self.rng)
        self.moved = set()  # clocks whose date was brought forward here, for a lapse
        self.tried = Counter()  # what could not be taken here gives way to something else

    def walk(self, steps):
        """Take that many entries' worth of steps, then verify every chain."""
        try:
            turns = 0
            while self.tally.steps < steps and turns < 4 * steps:
                turns += 1
                self._turn()
                if turns % FED == 0:
                    self._feed()
            self._feed()
            faults = verify_chains(JURISDICTION).faults
            promises.need(not faults, f"chain: {faults[:1]}")
        except promises.BrokenError as error:
            self.tally.broken.append(f"stored: {error} after {' > '.join(self.trail[-6:])}")

    def _turn(self):
        if len(self.matters) < 3 or self.rng.random() < 0.05:
            self._begin()
            return
        options = [
            (step, matter, proceeding)
            for matter in self.matters.values()
            for proceeding in matter.proceedings.values()
            for step in self.registry.procedure(proceeding.procedure, proceeding.version).steps_from(proceeding.state)
        ]
        self.rng.shuffle(options)
        options.sort(key=lambda o: self.tally.taken[o[2].procedure, o[0].name] + self.tried[o[2].procedure, o[0].name])
        for step, matter, proceeding in options[:4]:
            self.tried[proceeding.procedure, step.name] += 0.25
            if self._try(step, matter, proceeding):
                return

    def _begin(self):
        names = [p for p in self.registry.procedures() if any(not s.automatic for s in p.starts)]
        procedure = self.rng.choice(names)
        step = self.rng.choice([s for s in procedure.starts if not s.automatic])
        raw = {
            k: v
            for k, v in self.answers.form(step).items()
            if k not in {"danger", "violence", "minor", "complained_agency"}
        }
        if "protect" in step.touches:
            raw["violence"] = True
        actor = self._holder("registrar", "qingxi.zongzhi.") if procedure.name != "intake" else guest()
        promises.need(actor is not None, "nobody holds the registrar's post today")
        receipt = report(actor=actor, form=raw, key=str(uuid4()), procedure=procedure.name, step=step.name)
        self.tally.taken[procedure.name, step.name] += 1
        self.trail.append(f"{procedure.name}.{step.name}")
        self._read_back([receipt.matter])

    def _holder(self, kind, path):
        people = holders(JURISDICTION, f"{kind}@{path}")
        return staff_actor(User.objects.get(id=people[0]["user"])) if people else None

    def _actor(self, by, matter, proceeding, step):
        if isinstance(by, Lapse):
            clock = proceeding.terms.get(by.term)
            if clock is None or clock.status != "running":
                return None
            with acting(system_actor(JURISDICTION)), connection.cursor() as cursor:
                cursor.execute("UPDATE term SET due_at = clock_timestamp() WHERE id = %s", [clock.id])
            self.moved.add(clock.id)
            return system_actor(JURISDICTION, "clock")
        if isinstance(by, Leader):
            return system_actor(JURISDICTION, "feed")
        keys = sorted(promises.keys_of(by, matter, proceeding, step.name))
        if not keys:
            return None
        key = self.rng.choice(keys)
        if isinstance(by, Party):
            subject = UUID(key.removeprefix("subject:"))
            return Actor("citizen", JURISDICTION, keys=frozenset({key}), subject=subject, proof="identity")
        if key.startswith("person:"):
            return staff_actor(User.objects.get(id=key.removeprefix("person:")))
        return self._holder(*key.split("@"))

    def _try(self, step, matter, proceeding):
        actors = [a for by in step.by if (a := self._actor(by, matter, proceeding, step))]
        if not actors:
            return False
        actor = self.rng.choice(actors)
        self.answers.others = [m for m in self.matters if m != matter.id]
        with acting(system_actor(JURISDICTION)):
            self.answers.represented = list(represented(JURISDICTION, matter.id))
        raw = self.answers.form(step, matter, proceeding)
        if step.touches.get("protect") == "on":
            raw |= {"violence": True, "complained_agency": None}
        other = UUID(raw["other_matter"]) if raw.get("other_matter") else None
        expected = self._decided(step, matter.id, proceeding.id, raw, actor, other)
        try:
            advance(proceeding.id, step.name, actor=actor, form=raw, key=str(uuid4()))
        except RefusedError as error:
            promises.need(
                expected is None or error.reason in {"form", "unknown"},
                f"{step.name} was refused ({error.reason}: {error}), the engine takes it",
            )
            return False
        promises.need(expected is not None, f"{step.name} was taken, the engine refuses it")
        for move in expected.moves:
            self.tally.taken[move.procedure, move.step] += 1
            self.trail.append(f"{move.procedure}.{move.step}")
        for wanted in expected.matters.values():
            if wanted.id in self.matters:  # what is split off here gets its id from the store
                self.strangers.note(wanted)
        self._read_back([m for m in expected.matters if m in self.matters])
        self._compare(expected)
        return True

    def _decided(self, step, matter_id, proceeding_id, raw, actor, other):
        """What the pure engine makes of the stored states, or None when it refuses."""
        wanted = [matter_id] + ([other] if other else [])
        leader = self.matters[matter_id].leader
        with acting(actor):
            if leader:
                open_for_writing([leader])
                wanted.append(leader)
            snapshot = read(JURISDICTION, lock(JURISDICTION, wanted, None, update=False), None, last=bool(step.undoes))
            if matter_id not in snapshot.matters:
                return None  # out of this actor's sight
            matter = snapshot.matters[matter_id]
            try:
                values = forms.parse(
                    step.form,
                    raw,
                    self.registry.concepts,
                    known=matter.facts,
                    checks=form_checks(actor, snapshot.stamp),
                )
                extra = extra_for(self.registry, step, matter, snapshot, values, actor)
                command = Command(step.name, values, extra)
                return engine.decide(self.registry, snapshot.matters, proceeding_id, command, actor=actor, new_id=uuid4)
            except RefusedError:
                return None

    def _read_back(self, matters):
        with acting(system_actor(JURISDICTION)):
            heads = lock(JURISDICTION, matters, None, update=False)
            snapshot = read(JURISDICTION, heads, None)
            for matter in snapshot.matters.values():
                self.matters[matter.id] = copied(matter)
                self._columns(matter, heads[matter.id].row)
            self._dates(snapshot.terms)
        for ident in matters:
            matter = self.matters[ident]
            if ident not in self.strangers.given:  # just begun
                self.strangers.note(matter)
            self.strangers.look(matter)
            kind = "protector" if matter.protected else "dispatcher"
            promises.need(sees(self._holder(kind, matter.centre), ident), f"the {kind} of the centre does not see it")

    def _dates(self, terms):
        """A clock that runs has the date that its rule, pauses and extensions give."""
        calendar = clockwork(JURISDICTION).calendar
        for term in terms:
            promises.need(
                (term.ended_at is not None) == (term.status == "ended"),
                f"{term.name} is {term.status} since {term.ended_at}",
            )
            if term.status != "ended" and term.id not in self.moved:
                due = due_among(terms, term, calendar).at
                promises.need(term.due_at == due, f"{term.name} is due {term.due_at}, not {due}")

    def _feed(self):
        """Every entry stands in the feed once, as it is, after those before it; the outbox is empty."""
        need = promises.need
        while sequence(JURISDICTION):
            pass
        with acting(system_actor(JURISDICTION)), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM outbox WHERE jurisdiction = %s", [JURISDICTION])
            need(cursor.fetchone() == (0,), "entries wait in the outbox for good")
            cursor.execute(
                "SELECT e.matter_id, e.seq, (e.id, e.procedure, e.step, e.to_state), f.position,"
                " (f.entry_id, f.procedure, f.step, f.to_state) FROM entry e LEFT JOIN feed f"
                " ON f.jurisdiction = e.jurisdiction AND f.matter_id = e.matter_id AND f.seq = e.seq"
                " WHERE e.jurisdiction = %s ORDER BY e.matter_id, e.seq",
                [JURISDICTION],
            )
            rows = cursor.fetchall()
        last = {}
        for matter, seq, entry, position, fed in rows:
            need(fed == entry, f"entry {seq} stands in the feed as {fed}, not {entry}")
            need(position > last.get(matter, 0), f"entry {seq} is fed before the one before it")
            last[matter] = position
        need(sorted(r[3] for r in rows) == list(range(1, len(rows) + 1)), "the feed has gaps or rows of nobody")

    def _compare(self, decision):
        for matter_id, wanted in decision.matters.items():
            stored = self.matters.get(matter_id)
            if stored is None:
                continue  # split off here; its id is the store's own
            need = promises.need
            need(
                _shape(stored) == _shape(wanted), f"proceedings stored otherwise: {_shape(stored)} not {_shape(wanted)}"
            )
            for ident, proceeding in stored.proceedings.items():
                other = wanted.proceedings.get(ident)
                if other is None:
                    continue
                for name in CHECKED:
                    mine, theirs = getattr(proceeding, name), getattr(other, name)
                    if name != "pending":  # holds ids of children, which the store gives anew
                        need(mine == theirs, f"{name} is stored as {mine}, not {theirs}")
                clocks = {n: t.status for n, t in proceeding.terms.items()}
                told = {n: t.status for n, t in other.terms.items()}
                need(clocks == told, f"clocks are stored as {clocks}, not {told}")
            need(set(stored.facts) == set(wanted.facts), "facts are stored otherwise")
            for name in [c for c in stored.facts if not self.registry.concepts[c].personal]:
                mine, theirs = stored.facts[name], wanted.facts[name]
                need(str(mine) == str(theirs), f"{name} is stored as {mine!r}, not {theirs!r}")
            mine, theirs = (sorted(p.role for p in m.parties) for m in (stored, wanted))
            need(mine == theirs, f"the parties are stored as {mine}, not {theirs}")
            need(stored.leader == wanted.leader and stored.protected == wanted.protected, "leader or protection differ")
            need(stored.followers == wanted.followers, "followers are stored otherwise")

    def _columns(self, matter, row):
        """The matter's own columns and its to-do rows, derived again from the states."""
        need = promises.need
        main = main_proceeding(self.registry, matter)
        told = (row["state"], row["procedure"], row["holder"])
        need(told == (main.state, main.procedure, main.holder), f"the matter is shown as {told}")
        archived = promises.archived(self.registry, matter)
        need(archived == matter.archived, f"archived is {matter.archived} in {main.state}")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT proceeding_id, key, steps FROM todo WHERE jurisdiction = %s AND matter_id = %s",
                [JURISDICTION, matter.id],
            )
            rows = {(p, k): set(s) for p, k, s in cursor.fetchall()}
            cursor.execute(
                "SELECT count(*), max(seq) FROM entry WHERE jurisdiction = %s AND matter_id = %s",
                [JURISDICTION, matter.id],
            )
            need(cursor.fetchone() == (row["head_seq"], row["head_seq"]), "entries and head do not agree")
        wanted = {}
        for proceeding in matter.proceedings.values():
            procedure = self.registry.procedure(proceeding.procedure, proceeding.version)
            for step in procedure.steps_from(proceeding.state):
                if step.work:
                    for by in step.by:
                        for key in promises.keys_of(by, matter, proceeding, step.name):
                            wanted.setdefault((proceeding.id, key), set()).add(step.name)
        need(rows == wanted, f"to-do rows in {main.procedure}/{main.state}: {rows} instead of {wanted}")
        if matter.protected:
            offices = [key for key in row["audience"] if key.startswith("agency:")]
            need(not offices and row["path"] == "", f"a protected matter is seen by {offices}")


def _shape(matter):
    return sorted((p.procedure, p.state, p.slot, p.holder) for p in matter.proceedings.values())
