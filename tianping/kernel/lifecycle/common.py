"""Steps that every procedure may offer: suspend, supervise, extend, escalate, correct, assign, link, erase, undo."""

from collections.abc import Iterable, Mapping
from typing import Any

from tianping.kernel.lifecycle.representing import GUARDS as REPRESENTING
from tianping.kernel.lifecycle.representing import representing_steps
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import BACK, OPEN, By, Field, Form, Guard, Lapse, Party, Step

REASON = Field("reason", "reason", required=True)


def _not_recused(reads: Mapping[str, Any]) -> bool:
    return not reads["relations"]


def _own_last_step(reads: Mapping[str, Any]) -> bool:
    last, actor = reads["last"], reads["actor"]
    return last is not None and bool(last.user) and last.user == str(actor.user)


COMMON_GUARDS: tuple[Guard, ...] = (
    Guard("not_recused", frozenset({"relations"}), _not_recused, _("这个人和当事人有利害关系，应当回避，请换一位")),
    Guard(
        "own_last_step",
        frozenset({"last", "actor"}),
        _own_last_step,
        _("只能撤回您自己刚做的一步；别人做的请联系他撤回"),
    ),
    Guard("not_protected", frozenset({"matter"}), lambda r: not r["matter"].protected, _("受保护的事项不能这样做")),
    Guard(
        "is_leader_free",
        frozenset({"other"}),
        lambda r: r["other"] is not None and r["other"]["free"],
        _("那件事项已经并入别处、已办结或受保护，不能再并进去"),
    ),
    *REPRESENTING,
    Guard("other_open", frozenset({"other"}), lambda r: r["other"] is not None, _("没有找到那件事项，请核对编号")),
)


def asking(role: str) -> tuple[Step, ...]:
    """A party of that role, once proven, asks for a correction or an erasure (个人信息保护法第46、47条)."""
    by = (Party(role, proof="identity"),)
    return (
        Step(
            "ask_correction",
            _("要求更正"),
            OPEN,
            None,
            by,
            Form((Field("note", "note", required=True, label=_("哪里不对，应该是什么")),)),
            touches={"tell": "request"},
            public=_("您要求更正"),
            act="agree",
        ),
        Step(
            "ask_erasure",
            _("要求删除个人信息"),
            OPEN,
            None,
            by,
            Form((Field("note", "note", required=True, label=_("要删哪些，为什么")),)),
            touches={"tell": "request"},
            public=_("您要求删除个人信息"),
            act="agree",
        ),
    )


def erasing(by: tuple[By, ...]) -> Step:
    """Lawful erasure, with a reason; what stays is the entry and its commitment."""
    return Step(
        "erase",
        _("依法删除个人信息"),
        OPEN,
        None,
        by,
        Form((Field("concept", "concept", required=True), REASON)),
        touches={"erase": "concept"},
        danger=True,
    )


def common_steps(
    *,
    manage: tuple[By, ...],
    work: tuple[By, ...],
    suspended: str = "",
    reversible: Iterable[str] = (),
    watch: tuple[By, ...] = (),
    erase: tuple[By, ...] = (),
    terms: Iterable[str] = (),
    extend: tuple[By, ...] = (),
    correcting: tuple[str, ...] = (),
    assigning: tuple[str, ...] = (),
    represent: tuple[By, ...] = (),
    entrust: tuple[By, ...] = (),
) -> tuple[Step, ...]:
    """The common steps, for those who `manage`, `work` on, `watch` over (督办), `extend` and `erase` in this procedure.

    `suspended`: the state that suspension enters. `reversible`: the steps that may be taken back. `terms`: those that
    escalate. `correcting`, `assigning`: further guards of a correction, of an assignment.
    Those who `represent` register who acts for a party; parties `entrust`.
    """
    steps = [
        Step(
            "assign",
            _("指定承办人"),
            OPEN,
            None,
            manage,
            Form((Field("assignee", "assignee", required=True),)),
            ("not_recused", *assigning),
            touches={"assign:handler": "assignee"},
        ),
        Step(
            "correct",
            _("更正"),
            OPEN,
            None,
            work,
            Form((Field("concept", "concept", required=True), Field("value", "value", required=True), REASON)),
            correcting,
            touches={"correct": "concept"},
        ),
        Step(
            "link",
            _("关联"),
            OPEN,
            None,
            work,
            Form((Field("other_matter", "other_matter", required=True),)),
            ("other_open",),
            touches={"link": "other_matter"},
        ),
        Step(
            "note", _("记一笔"), OPEN, None, work, Form((Field("note", "note", required=True), Field("files", "files")))
        ),
    ]
    if suspended:
        steps += [
            Step("suspend", _("暂停"), OPEN, suspended, manage, Form((REASON,)), public=_("暂停办理")),
            Step(
                "resume", _("恢复办理"), suspended, BACK, manage, Form((Field("note", "note"),)), public=_("恢复办理")
            ),
        ]
    if watch:
        steps += [
            Step(
                "supervise",
                _("督办"),
                OPEN,
                None,
                watch,
                Form((Field("note", "note", required=True),)),
                touches={"supervise": "on"},
            ),
            Step("release", _("解除督办"), OPEN, None, watch, Form((REASON,)), touches={"supervise": "off"}),
        ]
    if extend:
        steps.append(
            Step(
                "extend",
                _("延期"),
                OPEN,
                None,
                extend,
                Form((Field("term", "term", required=True), Field("amount", "amount", required=True, least=1), REASON)),
                extends="*",
                public=_("答复日期延后了"),
            ),
        )
    if represent:
        steps += representing_steps(represent, entrust)
    if names := tuple(terms):
        steps.append(
            Step(
                "escalate",
                _("到期提醒"),
                OPEN,
                None,
                tuple(Lapse(n) for n in names),
                Form((Field("term", "term", required=True), Field("note", "note"))),
                touches={"tell": "escalate"},
            )
        )
    if erase:
        steps.append(erasing(erase))
    if taken := frozenset(reversible):
        steps.append(Step("undo", _("撤回上一步"), OPEN, None, work, Form((REASON,)), ("own_last_step",), undoes=taken))
    return tuple(steps)
