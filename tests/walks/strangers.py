"""What strangers can read of a matter: nothing, by any read. Asked after every stored step, as two of them."""

from uuid import UUID, uuid4

from django.db import connection

from tests.people import JURISDICTION
from tests.walks import promises
from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.actors import holders, staff_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.matters.lists import Query, worklist
from tianping.kernel.matters.progress import own_matters
from tianping.kernel.matters.show import sees, show

TABLES = (
    "proceeding",
    "entry",
    "fact",
    "term",
    "todo",
    "sealed",
    "party",
    "identifier",
    "link",
    "document",
    "outbox",
    "feed",
)
# Past the application's own scope: what row-level security alone leaves to be seen.
_ROWS = "SELECT 'matter' FROM matter WHERE jurisdiction = %(j)s AND id = %(m)s" + "".join(
    f" UNION ALL SELECT '{t}' FROM {t} WHERE jurisdiction = %(j)s AND matter_id = %(m)s" for t in TABLES
)


class Strangers:
    """Who never had anything to do with a matter, told from the engine's decisions and not from what is stored of its sight."""

    def __init__(self, offices, rng):
        self.rng = rng
        self.given = {}  # matter -> offices that ever had it, people who were ever put in charge
        self.parties = {}  # matter -> who is a party to it: their ids are the store's own
        self.pool = []
        for path in offices:
            if people := holders(JURISDICTION, f"handler@{path}"):
                self.pool.append((path, staff_actor(User.objects.get(id=people[0]["user"]))))

    def note(self, matter):
        """The matter as the engine decided it, after a step."""
        had = self.given.setdefault(matter.id, set())
        had |= {matter.centre, matter.place_path, *(p.holder for p in matter.proceedings.values())}
        had |= {person for p in matter.proceedings.values() for person in p.assigned.values()}

    def look(self, matter):
        """Raises BrokenError when an office that never had it, or somebody with another matter, reads anything of it."""
        had = self.given[matter.id]
        self.parties.setdefault(matter.id, set()).update(p.subject for p in matter.parties)
        staff = [a for path, a in self.pool if str(a.user) not in had and not any(h.startswith(path) for h in had)]
        promises.need(staff, "every office has had it: nobody is left to be a stranger")
        self._nothing(self.rng.choice(staff), matter.id)
        others = sorted(set().union(*self.parties.values()) - self.parties[matter.id])
        self._nothing(_citizen(self.rng.choice(others) if others else uuid4()), matter.id)

    def _nothing(self, actor, matter: UUID):
        need, who = promises.need, f"{actor.kind} of {actor.agency or 'another matter'}"
        need(not sees(actor, matter), f"{who} sees a matter that was never theirs")
        try:
            show(actor, matter, "handling")
        except RefusedError as error:
            need(error.reason == "unknown", f"{who} is told that the matter exists ({error.reason})")
        else:
            need(False, f"{who} is shown a matter that was never theirs")
        if actor.kind == "staff":
            for view in ("todo", "sight"):
                page = worklist(actor, Query(view=view, open_only=False, ids=(matter,)))
                need(not page.rows, f"{who} finds it in the list of what is in {view}")
        else:
            need(matter not in {m.matter for m in own_matters(actor)}, f"{who} finds it among their own matters")
        with acting(actor), connection.cursor() as cursor:
            cursor.execute(_ROWS, {"j": JURISDICTION, "m": matter})
            need(not (rows := cursor.fetchall()), f"{who} reads rows of it: {sorted({r[0] for r in rows})}")


def _citizen(subject):
    return Actor("citizen", JURISDICTION, keys=frozenset({f"subject:{subject}"}), subject=subject, proof="identity")
