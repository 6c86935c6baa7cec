"""What the server under test holds: matters in every state, tokens of many people, receipts, and who may do what next."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg
from django.utils import timezone

from tests.apifuzz import spare
from tests.apifuzz.spare import Spare
from tests.people import JURISDICTION, WHO, actor, guest
from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.agencies.actors import citizen_actor
from tianping.kernel.agencies.models import User
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.vocabulary import OPEN, Assigned, Party, Post, Step
from tianping.kernel.matters.merging import merge
from tianping.kernel.parties.models import Subject
from tianping.kernel.service import Receipt, advance, registry, report
from tianping.web.api import tokens

ROLES = (*WHO, "wangfang")
LEAK = {
    "description": "楼上602的卫生间漏水，厨房天花板鼓起来了。",
    "title": "楼上漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
    "other_name": "何建国",
    "other_phone": "13900002208",
    "channel": "web",
}
# How far the matters go: each list of steps is one matter; the last state is where the fuzzing finds it.
TO_DISPATCH = ("triage",)
TO_ACCEPTING = (*TO_DISPATCH, "dispatch")
TO_HANDLING = (*TO_ACCEPTING, "accept")
TO_VERIFYING = (*TO_HANDLING, "finish")
TO_ANSWERED = (*TO_VERIFYING, "verify", "answer")
TO_CLOSED = (*TO_ANSWERED, "rate", "close")
ROADS = (
    (),
    TO_DISPATCH,
    *(("supplement",),) * 4,
    TO_ACCEPTING,
    TO_HANDLING,
    TO_VERIFYING,
    (*TO_VERIFYING, "verify"),
    TO_ANSWERED,
    (*TO_ANSWERED, "rate"),
    TO_CLOSED,
    (*TO_HANDLING, "suspend"),
    ("decline",),
    (*TO_DISPATCH, "dispatch_jointly"),
)
FORMS: dict[str, tuple[str, dict[str, object]]] = {
    "triage": ("dispatcher", {"category": "neighbour.leak", "grade": "3"}),
    "dispatch": ("dispatcher", {"agency": "zhujian"}),
    "accept": ("handler", {}),
    "finish": ("handler", {"outcome": "settled", "result": "修好了"}),
    "verify": ("dispatcher", {"on_site": "不漏了"}),
    "answer": ("handler", {"answer": "已修好"}),
    "rate": ("", {"rating": "5"}),
    "close": ("dispatcher", {}),
    "suspend": ("head", {"reason": "等鉴定"}),
    "decline": ("dispatcher", {"reason": "不属受理范围"}),
    "supplement": ("dispatcher", {"reason": "哪一户"}),
    "dispatch_jointly": ("dispatcher", {"agency": "zhujian", "agencies": ["shuiwu"]}),
}


_SUBJECTS = """SELECT DISTINCT s.id::text, s.merged_into IS NOT NULL FROM subject s JOIN party p ON p.subject_id = s.id
 JOIN matter m ON m.id = p.matter_id WHERE p.role = 'reporter' AND NOT s.protected AND NOT m.protected LIMIT 200"""


@dataclass
class World:
    """`open`: (proceeding, procedure, state) of what can still move; read again from time to time."""

    url: str
    tokens: dict[str, str] = field(default_factory=dict)  # role -> a token with all scopes
    narrow: dict[str, str] = field(default_factory=dict)  # role -> a token that may only read
    bad: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)  # receipt code -> matter
    matters: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    open: list[tuple[str, str, str]] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)  # matter -> state
    subjects: list[str] = field(default_factory=list)  # reporters whom the dispatcher sees
    merged: list[str] = field(default_factory=list)
    spare: Spare = field(default_factory=Spare)

    def refresh(self) -> None:
        with psycopg.connect(self.url) as owner:
            owner.execute("SET row_security = off")
            rows = owner.execute("SELECT id::text, procedure, state FROM proceeding WHERE closed_at IS NULL").fetchall()
            self.states = dict(owner.execute("SELECT id::text, state FROM matter").fetchall())
            known = owner.execute(_SUBJECTS).fetchall()
            self.spare.refresh(owner)
            newest = owner.execute("SELECT id::text FROM matter ORDER BY opened_at DESC LIMIT 40").fetchall()
        self.subjects = [subject for subject, _into in known]
        self.merged = [subject for subject, into in known if into]
        self.open = [tuple(row) for row in rows]
        self.matters = [*self.matters[:60], *(row[0] for row in newest)]

    def takers(self, step: Step) -> list[str]:
        """Roles with a token that might take the step."""
        found: list[str] = []
        for by in step.by:
            match by:
                case Post(kind):
                    found += [role for role in ROLES if role == kind or (kind, role) == ("grid_worker", "wangfang")]
                case Assigned():
                    found.append("handler")
                case Party():
                    found.append("citizen")
        return found or ["dispatcher"]

    def code_for(self, step: Step) -> str | None:
        """A receipt whose matter waits for the step."""
        return next((code for code, matter in self.codes.items() if self.states.get(matter) in step.sources), None)

    def waiting(self, procedure: str, step: Step) -> list[str]:
        """Proceedings in a state that offers the step."""
        return [
            p for p, name, state in self.open if name == procedure and (OPEN in step.sources or state in step.sources)
        ]


def build(url: str, copies: int) -> World:
    """Each road `copies` times, told by a citizen with an account and by guests; about 40 ms a matter."""
    world = World(url)
    citizen = _citizen()
    for role in ROLES:
        user = User.objects.get(username=WHO.get(role, role))
        world.people.append(str(user.id))
        world.tokens[role] = tokens.issue(user, "fuzz", tokens.SCOPES, 2).token
        world.narrow[role] = tokens.issue(user, "narrow", ["read"], 2).token
    owner = User.objects.get(subject_id=citizen.subject)
    world.tokens["citizen"] = tokens.issue(owner, "fuzz", tokens.SCOPES, 2).token
    gone = tokens.issue(owner, "gone", tokens.SCOPES, 1)
    tokens.revoke(gone.id)
    world.bad = [gone.token, "tp_" + "A" * 43, "x", ""]
    world.spare = spare.build(LEAK)
    for number in range(copies):
        for road in ROADS:
            _walk(world, road, citizen, own=number % 2 == 0)
        receipt = report(actor=guest(), form=LEAK | {"violence": True}, key=str(uuid4()))
        world.matters.append(str(receipt.matter))
    world.refresh()
    for one, other in zip(world.subjects[0:8:2], world.subjects[1:8:2], strict=False):
        merge(actor("dispatcher"), UUID(one), UUID(other), "checked")
    world.refresh()
    return world


def _citizen() -> Actor:
    subject = uuid4()
    with acting(system_actor(JURISDICTION)):
        Subject.objects.create(jurisdiction=JURISDICTION, id=subject, created_at=timezone.now())
    user = User.objects.create_user(
        f"citizen{subject.hex[:8]}", None, jurisdiction=JURISDICTION, name="周桂兰", kind="citizen", subject_id=subject
    )
    return citizen_actor(user)


def _walk(world: World, road: tuple[str, ...], citizen: Actor, *, own: bool) -> Receipt:
    receipt = report(actor=citizen if own or "rate" in road else guest(), form=LEAK, key=str(uuid4()))
    world.matters.append(str(receipt.matter))
    world.codes[receipt.code] = str(receipt.matter)
    if own:
        world.own.append(str(receipt.matter))
    for step in road:
        who, form = FORMS[step]
        advance(receipt.proceeding, step, actor=actor(who) if who else citizen, form=form, key=str(uuid4()))
    return receipt


def step_of(procedure: str, name: str) -> Step:
    return registry().procedure(procedure).by_name[name]


def as_uuid(text: object) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True
