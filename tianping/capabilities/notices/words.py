"""What is said, to whom, and when. A notice never holds content, names or category of a matter; of a protected one, nothing.

Sentences are msgids with named blanks. What fills a blank in `TRANSLATED` is itself a msgid of a declaration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language, gettext

from tianping.kernel.lifecycle.text import gettext_noop as _

PUBLIC: Final = _("您反映的事（%(number)s）：%(public)s")
PUBLIC_SMS: Final = _("您反映的事（%(number)s）：%(public)s。凭回执上的查询码可以看进展。")
NEUTRAL: Final = _("您有一条新消息。方便时请联系%(office)s，电话%(phone)s。")
TODO: Final = _("%(number)s 等您办：%(state)s")
TODO_PROTECTED: Final = _("有一件受保护的事等您办")
ALARM: Final = _("%(number)s %(label)s：%(why)s")
ALARM_PROTECTED: Final = _("有一件受保护的事到了时限，请看一看")
STAFF_URGENT: Final = _("有一件急事等您，请现在登录天平看看")
SECOND_RESET: Final = _(
    "您的第二道验证由安全管理员重设了，各处的登录都已退出，下次登录请重新设。不是您要求的，请马上告诉安全管理员。"
)
# What a step declares that it tells staff ("tell"), beside the reporter's own sentence.
TOLD: Final[Mapping[str, str]] = {
    "protect": _("有一件受保护的事，请现在就联系当事人"),
    "meeting": _("%(number)s 第三次被退回，请开联席会议"),
    "added": _("%(number)s 反映人补充了情况，请看一看"),
    "request": _("%(number)s 反映人要求更正或删除个人信息，请处理"),
}
TRANSLATED: Final = frozenset({"public", "state", "label", "why"})

_QUIET_FROM, _QUIET_UNTIL = time(21), time(8)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one key over one channel. `source` names its cause, so that it is told once."""

    source: str
    to_key: str
    channel: str
    kind: str
    text: str
    blanks: Mapping[str, str]
    matter: UUID | None
    urgent: bool = False


def say(text: str, blanks: Mapping[str, str]) -> str:
    """The sentence in the language that is active. A blank may bring its own English, as `office` in `office_en`."""
    if (get_language() or "").startswith("en"):
        blanks = {name: blanks.get(f"{name}_en") or value for name, value in blanks.items()}
    filled = {name: gettext(value) if name in TRANSLATED and value else value for name, value in blanks.items()}
    return gettext(text) % filled


def not_before(now: datetime, *, urgent: bool) -> datetime:
    """When a message may go out: from 21:00 to 8:00 local time people are left in peace, but for what is urgent."""
    local = timezone.localtime(now)
    if urgent or _QUIET_UNTIL <= local.time() < _QUIET_FROM:
        return now
    day = local.date() + timedelta(days=local.time() >= _QUIET_FROM)
    return datetime.combine(day, _QUIET_UNTIL, local.tzinfo)
