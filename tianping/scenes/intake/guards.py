"""What intake asks before a step. Each refusal is a sentence for the clerk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Guard
from tianping.kernel.parties.identifiers import birth_of
from tianping.kernel.parties.representation import is_minor

ADDED_AT_MOST = 50  # by one receipt: what comes after is a telephone call
THIRD = 2  # two returns lie behind: the next one is the third


def _needs_protection(reads: Mapping[str, Any]) -> bool:
    """Danger, violence, minors and complaints about an office; a minor who tells their identity number need not say so."""
    form, today = reads["form"], reads["today"]
    if any(form.get(flag) for flag in ("danger", "violence", "minor", "complained_agency")):
        return True
    birth = birth_of(form.get("reporter_id_number"))
    return birth is not None and today is not None and is_minor(birth, date.fromisoformat(today))


def _returns(reads: Mapping[str, Any]) -> int:
    return int(reads["count:return"]) + int(reads["count:return_third"])


def _not_the_complained(reads: Mapping[str, Any]) -> bool:
    """Neither the office that is complained of nor one under it."""
    complained, form = reads["fact:complained_agency"], reads["form"]
    chosen = [str(form.get("agency", "")), *form.get("agencies", [])]
    return not complained or not any(path.startswith(str(complained)) for path in chosen)


def _correct_keeps_off(reads: Mapping[str, Any]) -> bool:
    """Whom the matter complains of is the protector's to correct, and never into whoever has it in hand."""
    form = reads["form"]
    if form.get("concept") != "complained_agency":
        return True
    if not any(key.startswith("protector@") for key in reads["actor"].keys):
        return False
    return not any(p.holder.startswith(str(form["value"])) for p in reads["matter"].proceedings.values())


def _not_of_the_complained(reads: Mapping[str, Any]) -> bool:
    complained = reads["fact:complained_agency"]
    return not complained or not any(path.startswith(str(complained)) for path in reads["offices"] or ())


_RETURNS = frozenset({"count:return", "count:return_third"})

GUARDS = (
    Guard(
        "needs_protection", frozenset({"form", "today"}), _needs_protection, _("这件事不用走保护的办法"), silent=True
    ),
    Guard(
        "ordinary",
        frozenset({"form", "today"}),
        lambda r: not _needs_protection(r),
        _("这件事要走保护的办法"),
        silent=True,
    ),
    Guard(
        "not_yet_protected",
        frozenset({"matter"}),
        lambda r: not r["matter"].protected,
        _("这件事已经受保护了"),
        silent=True,
    ),
    Guard(
        "says_what_threatens",
        frozenset({"form", "today"}),
        _needs_protection,
        _("请选一条为什么要保护：有危险、有人动手、涉及孩子，或者反映的是单位"),
    ),
    Guard(
        "complains_of_nobody",
        frozenset({"fact:complained_agency"}),
        lambda r: not r["fact:complained_agency"],
        _("反映单位的事项不能解除保护"),
    ),
    Guard(
        "room_to_add",
        frozenset({"count:add"}),
        lambda r: r["count:add"] < ADDED_AT_MOST,
        _("已经补充过很多次了，请打电话告诉承办单位"),
    ),
    Guard(
        "graded",
        frozenset({"fact:grade", "fact:category"}),
        lambda r: bool(r["fact:grade"] and r["fact:category"]),
        _("先定类别和等级，再派单"),
    ),
    Guard("under_three_returns", _RETURNS, lambda r: _returns(r) < THIRD, _("第三次退回要开联席会议"), silent=True),
    Guard("third_return", _RETURNS, lambda r: _returns(r) >= THIRD, _("还没到第三次退回"), silent=True),
    Guard(
        "leads_nobody",
        frozenset({"matter"}),
        lambda r: not r["matter"].followers,
        _("已有别的事项并到这一件，请反过来并"),
    ),
    Guard(
        "may_answer_directly",
        frozenset({"matter"}),
        lambda r: not r["matter"].protected,
        _("受保护的事项由保护专员当面答复"),
        silent=True,
    ),
    Guard(
        "not_the_complained",
        frozenset({"form", "fact:complained_agency"}),
        _not_the_complained,
        _("不能交给被反映的单位或它的下属单位"),
    ),
    Guard(
        "not_of_the_complained",
        frozenset({"offices", "fact:complained_agency"}),
        _not_of_the_complained,
        _("这个人在被反映的单位或它的下属单位，应当回避，请换一位"),
    ),
    Guard(
        "stands_apart",
        frozenset({"relations"}),
        lambda r: not r["relations"],
        _("您和当事人有利害关系，应当回避，请本单位负责人另外指定承办人"),
    ),
    Guard(
        "correct_keeps_off",
        frozenset({"form", "actor", "matter"}),
        _correct_keeps_off,
        _("被反映的单位由保护专员更正；正在办的单位不能改成被反映的单位，请先换单位"),
    ),
)
