"""借用会议室: the smallest scene that shows what a newcomer needs. docs/scenes/writing-a-scene.md walks through it."""

from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.procedure import Procedure, Scene, released
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import START, Field, Form, Guard, Party, Post, Step

DESK, BOSS = Post("registrar", "centre"), Post("dispatcher", "centre")
SEATS = 40

CONCEPTS = (Concept("room_date", _("哪天用"), "date"), Concept("room_people", _("几个人"), "integer"))
GUARDS = (
    Guard(
        "room_fits",
        frozenset({"fact:room_people"}),
        lambda reads: (reads["fact:room_people"] or 0) <= SEATS,
        _("会议室最多坐40个人，请改用礼堂"),
    ),
)
ASK = Form(
    (
        Field("title", "title", required=True),
        Field("room_date", "room_date", required=True),
        Field("room_people", "room_people", required=True, least=1, most=500),
        Field("reporter_name", "reporter_name", required=True),
        Field("reporter_phone", "reporter_phone", required=True),
    )
)
WHY = Form((Field("reason", "reason", required=True),))

ROOM = Procedure(
    name="room",
    label=_("借用会议室"),
    version=1,
    states={"asked": _("待答应"), "lent": _("借出"), "back": _("已归还"), "no": _("没有借")},
    steps=(
        Step(
            "ask",
            _("申请借用"),
            START,
            "asked",
            (DESK,),
            ASK,
            touches={"party:reporter": "reporter"},
            public=_("收到了"),
        ),
        Step("lend", _("答应"), "asked", "lent", (BOSS,), guards=("room_fits",), public=_("可以用")),
        Step("refuse", _("不借"), "asked", "no", (BOSS,), WHY, public=_("没有借成")),
        Step("give_back", _("归还"), "lent", "back", (DESK, Party("reporter")), public=_("归还了")),
    ),
    final={"back": "archive", "no": "archive"},
)
SCENE = Scene("demo", _("示例"), (ROOM,), GUARDS, CONCEPTS, released=released(__file__))
