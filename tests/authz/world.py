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
from tianping.kernel.service import Receipt, actor_for_code, advance, report, show, store

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
CITIZENS = ("guest", "own_code", "other_code", "own_citizen", "other_citizen")
ROLES = (*STAFF, *CITIZENS)
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
    return Canary(
        relation,
        receipt,
        form["title"],
        words,
        form["place"],
        form["reporter_name"],
        form["reporter_phone"],
        document,
        f"答复密语{mark}鸠",
    )


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
    ring = list(RELATIONS)
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
