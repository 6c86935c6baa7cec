"""受理: from the first report to the answer, the rating and the window in which it can be reopened.

Danger, violence, minors and complaints about an office go the protected way from the first entry on: need-to-know, never to
whoever is complained of, a person called at once.
"""

from tianping.kernel.lifecycle.common import common_steps
from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.procedure import Procedure, Scene
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import (
    OPEN,
    START,
    Assigned,
    Children,
    Field,
    Form,
    Guest,
    Kernel,
    Lapse,
    Leader,
    Open,
    Party,
    Post,
    Step,
    Term,
)
from tianping.scenes.intake.guards import GUARDS
from tianping.scenes.intake.released import RELEASED

YES_NO = (("yes", _("是")), ("no", _("不是")))
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

RECEIVERS = (Post("registrar", "centre"), Post("dispatcher", "centre"), Post("grid_worker", "place"))
DISPATCH = Post("dispatcher", "centre")
HANDLE = (Assigned("handler"), Post("handler", "holder"), Post("head", "holder"))
PROTECT = Post("protector", "centre")
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
        Field("other_name", "other_name", max_length=80),
        Field("other_phone", "other_phone"),
        Field("channel", "channel"),
        Field("external_number", "external_number", max_length=40),
        Field("danger", "danger"),
        Field("violence", "violence"),
        Field("minor", "minor"),
        Field("complained_agency", "complained_agency"),
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
PARTIES = {"party:reporter": "reporter", "party:other": "other"}

STEPS = (
    Step(
        "register",
        _("登记"),
        START,
        "triage",
        (*RECEIVERS, Guest(), Kernel()),
        REPORT,
        ("ordinary",),
        touches=PARTIES,
        public=_("收到了"),
    ),
    Step(
        "register_protected",
        _("登记（保护）"),
        START,
        "protecting",
        (*RECEIVERS, Guest()),
        REPORT,
        ("needs_protection",),
        touches={"protect": "on", **PARTIES, "tell": "protect"},
        public=_("收到了"),
    ),
    # ── sorting and sending ──
    Step("triage", _("分类定级"), "triage", "dispatch", (DISPATCH, Post("registrar", "centre")), SORT, reversible=True),
    Step("supplement", _("请反映人补充"), "triage", "supplementing", (DISPATCH,), REASON, public=_("请您补充说明")),
    Step(
        "supplied",
        _("补充说明"),
        "supplementing",
        "triage",
        (Party("reporter"), DISPATCH),
        Form((Field("note", "note", required=True), Field("files", "files"))),
        public=_("您补充了说明"),
    ),
    Step(
        "dispatch",
        _("派单"),
        "dispatch",
        "accepting",
        (DISPATCH,),
        Form((Field("agency", "agency", required=True), Field("note", "note"))),
        ("graded",),
        touches={"holder": "agency"},
        reversible=True,
        public=_("交给承办单位"),
    ),
    Step(
        "dispatch_jointly",
        _("几家一起办"),
        "dispatch",
        "joint",
        (DISPATCH,),
        Form(
            (
                Field("agency", "agency", required=True, label=_("牵头单位")),
                Field("agencies", "agencies", required=True),
                Field("note", "note"),
            )
        ),
        ("graded",),
        opens=(Open("assist", "assist", many="agencies"),),
        touches={"holder": "agency"},
        public=_("交给几个单位一起办"),
    ),
    Step(
        "decline",
        _("不予受理"),
        ("triage", "dispatch"),
        "declined",
        (DISPATCH,),
        REASON,
        touches={"tell": "declined"},
        public=_("没有受理"),
    ),
    Step(
        "merge",
        _("并案"),
        ("triage", "dispatch"),
        "following",
        (DISPATCH,),
        Form((Field("other_matter", "other_matter", required=True),)),
        ("not_protected", "is_leader_free", "leads_nobody"),
        touches={"leader": "other_matter"},
        public=_("和同一件事一起办"),
    ),
    Step(
        "split",
        _("拆出一件"),
        ("dispatch", "accepting", "handling"),
        None,
        (DISPATCH, *HANDLE),
        Form((Field("description", "description", required=True, revises=True), Field("title", "title", revises=True))),
        ("not_protected",),
        opens=(Open("intake", new_matter=True),),
    ),
    Step(
        "absorb",
        _("又有人反映同一件事"),
        ("triage", "dispatch", "accepting", "handling", "joint", "verifying"),
        None,
        (Kernel(),),
    ),
    # ── accepting and handling ──
    Step("accept", _("签收"), "accepting", "handling", HANDLE, NOTE, reversible=True, public=_("承办单位接手了")),
    Step(
        "return",
        _("退回"),
        "accepting",
        "dispatch",
        HANDLE,
        REASON,
        ("under_three_returns",),
        touches={"holder": "centre"},
    ),
    Step(
        "return_third",
        _("退回"),
        "accepting",
        "meeting",
        HANDLE,
        REASON,
        ("third_return",),
        touches={"holder": "centre", "tell": "meeting"},
    ),
    Step(
        "settle_meeting",
        _("记下联席会议的决定"),
        "meeting",
        "accepting",
        (DISPATCH, Post("supervisor", "centre")),
        Form((Field("agency", "agency", required=True), Field("minutes", "minutes", required=True))),
        touches={"holder": "agency"},
        public=_("几个单位商量后定了承办单位"),
    ),
    Step(
        "finish",
        _("报办理结果"),
        "handling",
        "verifying",
        HANDLE,
        Form(
            (
                Field("outcome", "outcome", required=True),
                Field("result", "result", required=True),
                Field("files", "files"),
            )
        ),
        public=_("有办理结果了，正在核实"),
    ),
    Step("joint_done", _("各家都办完了"), "joint", "handling", (Children("assist", frozenset({"done", "refused"})),)),
    Step("joint_lead", _("牵头单位先办结果"), "joint", "handling", HANDLE, NOTE),
    # ── verifying and answering ──
    Step(
        "verify",
        _("核实无误"),
        "verifying",
        "answering",
        (Post("grid_worker", "place"), DISPATCH),
        Form((Field("on_site", "on_site", required=True), Field("files", "files"))),
        reversible=True,
    ),
    Step("refute", _("没有办好，退回重办"), "verifying", "handling", (Post("grid_worker", "place"), DISPATCH), REASON),
    Step(
        "answer",
        _("答复"),
        "answering",
        "answered",
        (*HANDLE, DISPATCH),
        Form((Field("answer", "answer", required=True, revises=True), Field("files", "files"))),
        touches={"tell": "answered"},
        public=_("答复您了"),
    ),
    Step(
        "answer_directly",
        _("直接答复"),
        ("triage", "dispatch"),
        "answered",
        (DISPATCH,),
        Form(
            (Field("agency", "agency"), Field("answer", "answer", required=True, revises=True), Field("files", "files"))
        ),
        ("may_answer_directly",),
        touches={"holder": "agency", "tell": "answered"},
        public=_("答复您了"),
    ),
    Step(
        "answer_at_once",
        _("不用核实，直接答复"),
        "handling",
        "answered",
        HANDLE,
        Form((Field("answer", "answer", required=True, revises=True), Field("files", "files"))),
        ("may_answer_directly",),
        touches={"tell": "answered"},
        public=_("答复您了"),
        optional=True,
    ),
    Step(
        "rate",
        _("评价"),
        "answered",
        "rated",
        (Party("reporter"),),
        Form((Field("rating", "rating", required=True, revises=True), Field("note", "note"))),
        public=_("您评价了"),
    ),
    Step(
        "reopen",
        _("要求重办"),
        ("answered", "rated"),
        "dispatch",
        (Party("reporter"), Post("supervisor", "centre")),
        REASON,
        touches={"holder": "centre"},
        public=_("重新办理"),
        optional=True,
    ),
    Step(
        "ask_correction",
        _("要求更正"),
        OPEN,
        None,
        (Party("reporter", proof="identity"),),
        Form((Field("note", "note", required=True, label=_("哪里不对，应该是什么")),)),
        touches={"tell": "request"},
        public=_("您要求更正"),
    ),
    Step(
        "ask_erasure",
        _("要求删除个人信息"),
        OPEN,
        None,
        (Party("reporter", proof="identity"),),
        Form((Field("note", "note", required=True, label=_("要删哪些，为什么")),)),
        touches={"tell": "request"},
        public=_("您要求删除个人信息"),
    ),
    Step("close", _("办结"), "rated", "closed", (DISPATCH, Post("supervisor", "centre")), NOTE, public=_("办结了")),
    Step(
        "close_window",
        _("期满办结"),
        ("answered", "rated"),
        "closed",
        (Lapse("rate_window"),),
        Form((Field("term", "term"), Field("note", "note"))),
        public=_("办结了"),
    ),
    # ── following another handling ──
    Step(
        "follow_answer",
        _("随主办件答复"),
        "following",
        "answered",
        (Leader(frozenset({"answer", "answer_directly", "answer_at_once"})),),
        Form((Field("answer", "answer", required=True, revises=True),)),
        touches={"tell": "answered"},
        public=_("答复您了"),
    ),
    Step(
        "follow_decline",
        _("随主办件不予受理"),
        "following",
        "declined",
        (Leader(frozenset({"decline"})),),
        REASON,
        touches={"tell": "declined"},
        public=_("没有受理"),
    ),
    Step(
        "unmerge",
        _("分开办"),
        "following",
        "dispatch",
        (DISPATCH,),
        REASON,
        touches={"unlead": "on"},
        public=_("单独办理"),
    ),
    # ── the protected way ──
    Step(
        "contact",
        _("已联系当事人"),
        "protecting",
        "safeguarding",
        (PROTECT,),
        Form((Field("note", "note", required=True),)),
    ),
    Step(
        "reported",
        _("已向有关机关报告"),
        "safeguarding",
        None,
        (PROTECT,),
        Form((Field("agency", "agency", required=True), Field("note", "note", required=True))),
    ),
    Step(
        "entrust",
        _("交给专人办"),
        "safeguarding",
        "handling",
        (PROTECT,),
        Form(
            (
                Field("agency", "agency", required=True),
                Field("category", "category", required=True, revises=True),
                Field("grade", "grade", required=True, revises=True),
                Field("assignee", "assignee", required=True),
            )
        ),
        ("not_the_complained", "not_recused"),
        touches={"holder": "agency", "assign:handler": "assignee"},
    ),
    Step(
        "protect_answer",
        _("当面答复"),
        "safeguarding",
        "answered",
        (PROTECT,),
        Form((Field("answer", "answer", required=True, revises=True),)),
        touches={"tell": "neutral"},
        public=_("答复您了"),
    ),
)
TAKES_BACK = ("triage", "dispatch", "accept", "verify")

TERMS = (
    Term("triage", _("分类派单"), "intake.triage", frozenset({"triage", "dispatch"}), frozenset({"supplementing"})),
    Term("accept", _("签收"), "intake.accept", frozenset({"accepting"})),
    Term(
        "answer",
        _("答复反映人"),
        "intake.answer.{grade}",
        frozenset({"accepting", "handling", "joint", "verifying", "answering", "meeting"}),
        frozenset({"suspended", "dispatch"}),
        promised=True,
    ),
    Term("rate_window", _("评价和要求重办"), "intake.rate_window", frozenset({"answered", "rated"})),
    Term("protect_contact", _("联系当事人"), "intake.protect.contact", frozenset({"protecting"})),
    Term("protect_report", _("向有关机关报告"), "intake.protect.report", frozenset({"protecting", "safeguarding"})),
)

INTAKE = Procedure(
    name="intake",
    label=_("受理办理"),
    version=1,
    icon="chat",
    states={
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
        "suspended": _("暂停"),
        "closed": _("办结"),
        "declined": _("不予受理"),
    },
    steps=STEPS
    + common_steps(
        manage=(Post("head", "holder"), DISPATCH),
        work=(*HANDLE, DISPATCH, PROTECT),
        suspended="suspended",
        reversible=TAKES_BACK,
        watch=WATCH,
        erase=(Post("supervisor", "centre"),),
        extend=(Post("head", "holder"),),
        terms=("triage", "accept", "answer", "protect_contact", "protect_report"),
    ),
    terms=TERMS,
    final={"closed": "archive", "declined": "archive"},
    suspended="suspended",
)

ASSIST = Procedure(
    name="assist",
    label=_("协办"),
    version=1,
    states={
        "asked": _("待签收"),
        "assisting": _("协办中"),
        "done": _("协办完"),
        "refused": _("不归本单位"),
        "recalled": _("不用协办了"),
    },
    steps=(
        Step("ask", _("请协办"), START, "asked", (Kernel(),)),
        Step("accept", _("签收"), "asked", "assisting", HANDLE, NOTE),
        Step("refuse", _("退回"), "asked", "refused", HANDLE, REASON),
        Step(
            "report",
            _("报协办结果"),
            "assisting",
            "done",
            HANDLE,
            Form((Field("result", "result", required=True), Field("files", "files"))),
        ),
        Step("recall", _("不用协办了"), OPEN, "recalled", (Kernel(),)),
        *common_steps(manage=(Post("head", "holder"),), work=HANDLE),
    ),
    terms=(Term("accept", _("签收"), "intake.accept", frozenset({"asked"})),),
    final={"done": "opener", "refused": "opener", "recalled": "end"},
)

SCENE = Scene("intake", _("受理"), (INTAKE, ASSIST), GUARDS, CONCEPTS, released=RELEASED)
