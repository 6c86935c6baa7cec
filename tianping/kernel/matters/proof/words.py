"""What can be wrong with what is derived from the entries, each with the sentence that an auditor reads."""

from collections.abc import Callable
from typing import Any, Final

from tianping.kernel.ledger.faults import Fault
from tianping.kernel.lifecycle.text import gettext_noop as _

COLUMN = _("这条记录的“%(what)s”被改过：封存的内容写的是 %(told)s，数据库里是 %(found)s。请和备份核对。")
DIFFERS = _("%(of)s的“%(what)s”和记录对不上：记录写到这里是 %(told)s，数据库里是 %(found)s。请和备份核对。")
VALUE = _("要素“%(what)s”被改过：和这条记录写的不一样。请和备份核对。")
SHOWN = _("事项的“%(what)s”被改过：和这条记录封存的内容不一样。请和备份核对。")
GONE = _("这条记录写下的%(of)s不见了：%(what)s。请从备份找回。")
STRAY = _("多出一个%(of)s，没有记录写过它：%(what)s。请查它从哪里来。")
UNTOLD = _("这条链的内容前后说不通，不像是系统写的。请和备份、见证方的副本核对。")
MATTER_GONE = _("整件事项不见了：别处还留着它到这一条的痕迹。请从备份找回。")
NUMBER = _("事项编号 %(found)s 和登记的年份、序号不一致。请和备份核对。")
SEAL_GONE = _("封存的“%(what)s”不见了，也没有依法删除的登记。请从备份找回。")
SEAL_BROKEN = _("封存的“%(what)s”被换过：和记录里的承诺对不上。请和备份核对。")
NOT_FED = _("这条记录不在流水里，也不在等着进流水。请查流水为什么少了它。")
FED_WRONG = _("流水里的这一条和记录不一样，或者次序反了。请和备份核对。")
FED_ALONE = _("流水里有这一条，记录却没有了。请从备份找回。")
FEED_GAP = _("流水的第 %(first)s 到第 %(last)s 位没有了：那里的记录被删过。请从备份找回。")
FEED_CUT = _("流水只到第 %(last)s 位，“%(reader)s”却已经读到第 %(position)s 位：流水尾部被截过。请从备份找回。")
FOLLOWERS = _("并入它的事项登记是 %(found)s 件，实际是 %(told)s 件。请和备份核对。")

MATTER, PROCEEDING, TERM, FACT, PARTY, LINK, SEALED = (
    _("事项"),
    _("程序"),
    _("时限"),
    _("要素"),
    _("当事人"),
    _("关联"),
    _("封存的内容"),
)
COLUMNS: Final = {
    "proceeding_id": _("程序"),
    "procedure": _("程序规定"),
    "version": _("程序规定的版本"),
    "step": _("步骤"),
    "from_state": _("原环节"),
    "to_state": _("新环节"),
    "state": _("环节"),
    "actor_kind": _("谁办的"),
    "actor": _("经办人"),
    "agency": _("经办单位"),
    "happened_at": _("发生时间"),
    "recorded_at": _("登记时间"),
    "undone_by": _("撤回"),
    "slot": _("位置"),
    "parent": _("上级程序"),
    "holder": _("承办单位"),
    "assigned": _("承办人"),
    "assignee": _("承办人"),
    "counts": _("办过几次"),
    "back": _("暂停前的环节"),
    "supervised": _("督办"),
    "opened_at": _("开始时间"),
    "changed_at": _("最近变动"),
    "closed_at": _("办结时间"),
    "archived_at": _("归档时间"),
    "title": _("标题"),
    "place": _("地点"),
    "category": _("类别"),
    "grade": _("等级"),
    "channel": _("来源"),
    "centre": _("治理中心"),
    "path": _("可见范围"),
    "protected": _("保护"),
    "leader": _("并入的事项"),
    "returns": _("退回次数"),
    "due_at": _("期限"),
    "head_sm3": _("链头的 SM3"),
    "name": _("名称"),
    "status": _("状态"),
    "pauses": _("暂停"),
    "extensions": _("延期"),
    "ended_at": _("结束时间"),
    "started_at": _("开始时间"),
    "valid_from": _("生效时间"),
    "superseded_by": _("被哪条记录取代"),
    "field": _("填在哪一项"),
    "subject_id": _("是哪个人"),
}
_NAMED = frozenset({"what", "of"})  # values that are messages themselves


def said(fault: Fault, gettext: Callable[[str], str]) -> str:
    """The fault's sentence in the language of `gettext`."""
    values: dict[str, Any] = {k: gettext(v) if k in _NAMED else v for k, v in fault.values.items()}
    return gettext(fault.sentence) % values
