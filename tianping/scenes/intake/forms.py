"""What intake asks: its concepts and forms, and who takes its steps."""

from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Assigned, Field, Form, Post

CONCEPTS = (
    Concept("danger", _("有人受伤，或者马上有危险"), "boolean"),
    Concept("violence", _("家里或身边有人动手"), "boolean"),
    Concept("minor", _("涉及不满十八岁的孩子"), "boolean"),
    Concept("complained_agency", _("要反映的单位"), "agency"),
    Concept(
        "rating",
        _("您满意吗"),
        "choice",
        choices=(
            ("5", _("很满意")),
            ("4", _("满意")),
            ("3", _("一般")),
            ("2", _("不满意")),
            ("1", _("很不满意")),
        ),
    ),
    Concept("on_site", _("现场看到的"), "longtext", scope="entry", personal=True),
    Concept("minutes", _("会议纪要"), "longtext", scope="entry", personal=True),
)

STATES = {
    "triage": _("待分类"),
    "supplementing": _("等补充"),
    "dispatch": _("待派单"),
    "accepting": _("待签收"),
    "meeting": _("待联席会议"),
    "joint": _("几家在办"),
    "handling": _("办理中"),
    "verifying": _("待核实"),
    "answering": _("待答复"),
    "answered": _("已答复"),
    "rated": _("已评价"),
    "following": _("并案在办"),
    "protecting": _("保护：待联系"),
    "safeguarding": _("保护：处置中"),
    "unprotecting": _("保护：等候解除"),
    "suspended": _("暂停"),
    "closed": _("办结"),
    "declined": _("不予受理"),
}
FINAL = ("closed", "declined")
OPEN_STATES = tuple(s for s in STATES if s not in FINAL)
ORDINARY = tuple(s for s in OPEN_STATES if s not in {"protecting", "safeguarding", "unprotecting"})

RECEIVERS = (Post("registrar", "centre"), Post("dispatcher", "centre"), Post("grid_worker", "place"))
DISPATCH = Post("dispatcher", "centre")
HANDLE = (Assigned("handler"), Post("handler", "holder"), Post("head", "holder"))
PROTECT = Post("protector", "centre")
DECIDES = Post("supervisor", "centre", informed=True)  # who did not protect it says whether it may end
WATCH = (Post("supervisor", "centre"), Post("leader", "root"))

REPORT = Form(
    (
        Field(
            "description", "description", required=True, hint=_("什么时候、在哪里、怎么了。想到哪说到哪，不用写得好。")
        ),
        Field("title", "title", max_length=60),
        Field("place", "place", max_length=200),
        Field("point", "point"),
        Field("files", "files"),
        Field("reporter_name", "reporter_name", max_length=40),
        Field("reporter_phone", "reporter_phone"),
        Field("reporter_id_number", "reporter_id_number"),
        Field("reporter_uscc", "reporter_uscc"),
        Field("other_name", "other_name", max_length=80),
        Field("other_phone", "other_phone"),
        Field("other_uscc", "other_uscc"),
        Field("channel", "channel"),
        Field("external_number", "external_number", max_length=40),
        Field("danger", "danger"),
        Field("violence", "violence"),
        Field("minor", "minor"),
        Field("complained_agency", "complained_agency"),
    )
)
DANGERS = Form(
    (
        Field("reason", "reason", required=True),
        Field("danger", "danger", revises=True),
        Field("violence", "violence", revises=True),
        Field("minor", "minor", revises=True),
        Field("complained_agency", "complained_agency", revises=True),
    )
)
SORT = Form(
    (
        Field("category", "category", required=True, revises=True),
        Field("grade", "grade", required=True, revises=True),
        Field("title", "title", revises=True, max_length=60),
        Field("place", "place", revises=True, max_length=200),
        Field("point", "point", revises=True),
    )
)
REASON = Form((Field("reason", "reason", required=True),))
NOTE = Form((Field("note", "note"),))
ANSWER = Field("answer", "answer", required=True, revises=True, texts="answer")
RETURN = Form((Field("reason", "reason", required=True, texts="return"),))
ASK = Form((Field("reason", "reason", required=True, texts="ask_more"),))
SPLIT = Form(
    (
        Field("description", "description", required=True, revises=True),
        Field("title", "title", revises=True, max_length=60),
        Field("place", "place", revises=True, max_length=200),
        Field("point", "point", revises=True),
    )
)
PARTIES = {"party:reporter": "reporter", "party:other": "other"}
