"""A small county in which every matter carries words that occur nowhere else: a canary for each relation and each field."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

from django.utils import timezone
from PIL import Image, PngImagePlugin

from tests.people import actor, guest
from tianping.kernel.agencies.actors import citizen_actor, staff_actor
from tianping.kernel.agencies.models import Appointment, User
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.matters.vault import vault
from tianping.kernel.service import Receipt, actor_for_code, advance, citizen, report, show, store
from tianping.web.accounts import citizens

# relation -> how far it goes and what makes it so
RELATIONS = (
    "fresh",
    "sent",
    "assigned",
    "elsewhere",
    "town",
    "joint",
    "leader",
    "follower",
    "archived",
    "violence",
    "complained",
    "entrusted",
)
PROTECTED = frozenset({"violence", "complained", "entrusted"})
STAFF = (
    "dispatcher",
    "registrar",
    "supervisor",
    "leader",
    "protector",
    "archivist",
    "auditor",
    "security_admin",
    "system_admin",
    "luoxia",
    "handler",
    "head",
    "other_handler",
    "tianliang",
    "qiulan",
    "shenlan",
    "grid_worker",
    "mediator",
    "assigned",
    "revoked",
    "helper_office",
)
# Beside reporters: whom the report names, who acts for the reporter, and who no longer does.
CITIZENS = (
    "guest",
    "own_code",
    "other_code",
    "own_citizen",
    "other_citizen",
    "respondent",
    "agent",
    "former_agent",
)
ROLES = (*STAFF, *CITIZENS)
ID_NUMBER = "11010519491231002X"  # the example of GB 11643; everybody's here, so that they look like one person
_WORDS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


@dataclass
class Canary:
    """One matter and its words. `secret` is every string that only those with the right may be shown."""

    relation: str
    receipt: Receipt
    title: str
    words: str
    place: str
    name: str
    phone: str
    document: UUID
    answer: str
    other_phone: str
    note: str  # what the office wrote for itself, and its file
    kept: UUID
    agents: tuple[str, str]  # telephones: of who acts for the reporter, and of who did
    subject: UUID
    picture: str  # what is written in the file
    twin: UUID | None = None  # a subject that looks alike
    follows: "Canary | None" = None

    @property
    def secret(self) -> dict[str, str]:
        return {
            "title": self.title,
            "words": self.words,
            "place": self.place,
            "name": self.name,
            "phone": self.phone,
            "answer": self.answer,
            "other_phone": self.other_phone,
            "note": self.note,
            "picture": self.picture,
        }


@dataclass
class World:
    canaries: dict[str, Canary] = field(default_factory=dict)
    actors: dict[tuple[str, str], Actor] = field(default_factory=dict)  # role, relation -> actor
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, role: str, relation: str) -> Actor:
        return self.actors.get((role, relation)) or self.actors[role, "*"]


def _picture(words: str) -> bytes:
    out = BytesIO()
    note = PngImagePlugin.PngInfo()
    note.add_itxt("Comment", words)
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=note)
    return out.getvalue()


def build() -> World:
    """Everything through `report` and `advance`; takes about a second."""
    world = World()
    for number, relation in enumerate(RELATIONS):
        world.canaries[relation] = _open(relation, number)
    for relation in RELATIONS:
        _walk(world, relation)
    _people(world)
    return world


def _open(relation: str, number: int) -> Canary:
    mark = f"{_WORDS[number]}{_WORDS[-1 - number]}"
    person = replace(guest(), keys=frozenset({f"upload:{relation}"}))
    picture = _picture(f"画中秘语{mark}")
    document = store(person, f"照片{mark}.png", BytesIO(picture), len(picture)).id
    words = f"这里写着密语{mark}雀三更不归"
    form = {
        "description": words,
        "title": f"题目{mark}鹤",
        "place": f"暗巷{mark}鸦号",
        "reporter_name": f"欧阳{mark}",
        "reporter_phone": f"1391234{number:04d}",
        "reporter_id_number": ID_NUMBER,
        "other_name": f"令狐{mark}",
        "other_phone": f"1381234{number:04d}",
        "channel": "web",
        "files": [str(document)],
    }
    if relation == "town":
        form |= {"place": f"城东街道锦绣社区锦绣花园2幢{mark}鸦室"}
    form |= {
        "violence": {"violence": True},
        "entrusted": {"violence": True},
        "complained": {"complained_agency": "zhifa"},
    }.get(relation, {})
    receipt = report(actor=person, form=form, key=str(uuid4()))
    canary = Canary(
        relation,
        receipt,
        form["title"],
        words,
        form["place"],
        form["reporter_name"],
        form["reporter_phone"],
        document,
        f"答复密语{mark}鸠",
        form["other_phone"],
        f"内部密语{mark}雕",
        document,
        (f"1371234{number:04d}", f"1361234{number:04d}"),
        actor_for_code("990101", receipt.code).subject,
        f"画中秘语{mark}",
    )
    _office_notes(canary)
    _entrust(canary)
    return canary


def _office_notes(canary: Canary) -> None:
    clerk = actor("protector" if canary.relation in PROTECTED else "dispatcher")
    picture = _picture(f"馆中秘语{canary.note}")
    canary.kept = store(clerk, "内部.png", BytesIO(picture), len(picture)).id
    form = {"note": canary.note, "files": [str(canary.kept)]}
    advance(canary.receipt.proceeding, "note", actor=clerk, form=form, key=str(uuid4()))


def _entrust(canary: Canary) -> None:
    """The reporter names two agents and takes the authority of the second back."""
    code = actor_for_code("990101", canary.receipt.code)
    party = replace(code, kind="citizen", proof="identity", keys=frozenset({f"subject:{code.subject}"}))

    def take(step: str, **form: str) -> None:
        advance(canary.receipt.proceeding, step, actor=party, form=form, key=str(uuid4()))

    for name, phone in zip(("代办人甲", "代办人乙"), canary.agents, strict=True):
        take(
            "entrust_agent",
            representative_name=name,
            representative_phone=phone,
            authority="view",
            valid_until="2099-12-31",
        )
    former = show(party, canary.receipt.matter, "own").representatives[-1]
    take("end_representation", representation=str(former.id))


def _take(canary: Canary, step: str, who: str, proceeding: UUID | None = None, **form: object) -> None:
    advance(proceeding or canary.receipt.proceeding, step, actor=actor(who), form=form, key=str(uuid4()))


def _send(canary: Canary, agency: str) -> None:
    _take(canary, "triage", "dispatcher", category="neighbour.leak", grade="3")
    _take(canary, "dispatch", "dispatcher", agency=agency)


def _walk(world: World, relation: str) -> None:
    canary = world.canaries[relation]
    match relation:
        case "sent":
            _send(canary, "zhujian")
        case "assigned":
            _send(canary, "zhujian")
            _take(canary, "assign", "head", assignee=str(actor("handler").user))
        case "elsewhere":
            _send(canary, "shuiwu")
        case "town":
            _send(canary, "chengdong_office")
        case "leader":
            _send(canary, "zhujian")
        case "follower":
            leader = world.canaries["leader"]
            _take(canary, "merge", "dispatcher", other_matter=str(leader.receipt.matter))
            canary.follows = leader
        case "joint":
            _take(canary, "triage", "dispatcher", category="neighbour.leak", grade="3")
            _take(canary, "dispatch_jointly", "dispatcher", agency="zhujian", agencies=["weijian"])
        case "archived":
            _take(canary, "triage", "dispatcher", category="neighbour.leak", grade="3")
            _take(canary, "answer_directly", "dispatcher", answer=canary.answer)
            code = actor_for_code("990101", canary.receipt.code)
            advance(canary.receipt.proceeding, "rate", actor=code, form={"rating": "5"}, key=str(uuid4()))
            _take(canary, "close", "dispatcher")
            view = show(actor("archivist"), canary.receipt.matter, "archive")
            archive = next(p.state.id for p in view.proceedings if p.procedure.name == "archive")
            _take(canary, "retain", "archivist", archive, retention=_retention())
            _take(canary, "freeze", "archivist", archive, archive_number="990101-1")
        case "entrusted":
            _take(canary, "contact", "protector", note="打通了")
            _take(
                canary,
                "entrust",
                "protector",
                agency="zhujian",
                category="neighbour.leak",
                grade="1",
                assignee=str(_assigned().id),
            )


def _retention() -> str:
    from tianping.kernel.service import book

    return str(next(r.code for r in book("990101").rows("retention") if r.action == "keep"))


def _assigned() -> User:
    """Somebody of 住建局 to whom one protected matter is entrusted by name."""
    user, made = User.objects.get_or_create(
        username="named_person", defaults={"jurisdiction": "990101", "name": "指定人", "email": "n@qingxi.example"}
    )
    if made:
        post = Appointment.objects.get(user_id=User.objects.get(username="caoyong").id).post_id
        Appointment.objects.create(
            jurisdiction="990101", post_id=post, user_id=user.id, title="经办人", since=timezone.localdate()
        )
    return user


def _people(world: World) -> None:
    names = {
        "grid_worker": _holder("grid_worker"),
        "mediator": _holder("mediator"),
        "assigned": "named_person",
        "helper_office": _holder("handler", "qingxi.weijian."),
        "revoked": "tianliang",
    }
    for role in STAFF:
        person = actor(names.get(role, role))
        world.users[role] = User.objects.get(id=person.user)
        world.actors[role, "*"] = person
    # Somebody who held the handler's post until yesterday.
    left = User.objects.create_user("left_yesterday", None, jurisdiction="990101", name="离任人")
    post = Appointment.objects.get(user_id=User.objects.get(username="caoyong").id).post_id
    yesterday = timezone.localdate() - timedelta(days=1)
    Appointment.objects.create(
        jurisdiction="990101",
        post_id=post,
        user_id=left.id,
        title="经办人",
        since=yesterday - timedelta(days=9),
        until=yesterday,
    )
    world.users["revoked"] = left
    world.actors["revoked", "*"] = staff_actor(left)
    _citizens(world)


def _holder(kind: str, path: str = "") -> str:
    from tianping.kernel.agencies.models import Post

    posts = Post.objects.filter(kind=kind, path__startswith=path or "qingxi.")
    # away from 城东, whose matters one of the canaries is
    post = posts.exclude(path__contains="chengdong").exclude(path__contains="zhujian").order_by("path").first()
    assert post is not None
    held = Appointment.objects.filter(post_id=post.id).order_by("user_id").first()
    assert held is not None
    return User.objects.get(id=held.user_id).username


def _citizens(world: World) -> None:
    world.actors["guest", "*"] = guest()
    for relation, canary in world.canaries.items():
        phones = (canary.other_phone, *canary.agents)
        for role, phone in zip(("respondent", "agent", "former_agent"), phones, strict=True):
            user = citizens.by_phone(vault().blind("phone", phone))
            world.users[f"{role}_{relation}"] = user
            world.actors[role, relation] = citizen(user)
    ring = list(RELATIONS)
    for index, relation in enumerate(ring):
        world.canaries[relation].twin = world.canaries[ring[(index + 1) % len(ring)]].subject
    for index, relation in enumerate(ring):
        own = actor_for_code("990101", world.canaries[relation].receipt.code)
        user = User.objects.create_user(
            f"citizen_{relation}", None, jurisdiction="990101", name="", kind="citizen", subject_id=own.subject
        )
        world.users[f"citizen_{relation}"] = user
        nxt = ring[(index + 1) % len(ring)]
        world.actors["own_code", relation] = own
        world.actors["other_code", nxt] = own
        world.actors["own_citizen", relation] = citizen_actor(user)
        world.actors["other_citizen", nxt] = citizen_actor(user)
