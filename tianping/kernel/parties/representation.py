"""Who may act for whom: an agent, a legal representative, a guardian. Pure rules, decided by facts handed in.

Sources: 民法典 第十七条 (an adult is 18), 第二十三条 and 第二十七条 (guardians), 第六十一条 (legal representative),
第一百六十五条 (a power of attorney names matter, powers and term), 第一百六十八条 (no acting for somebody against
oneself); 民事诉讼法 (2023) 第六十条 and 第六十二条. That somebody of 16 who lives on their own work counts as an
adult (民法典 第十八条第二款) is for a person to find, so it is not decided here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from tianping.kernel.lifecycle.text import gettext_noop as _

ADULT = 18
"""Years of age."""

Kind = Literal["agent", "legal_representative", "guardian"]


@dataclass(frozen=True, slots=True)
class Representation:
    """`agent` acts for `principal` (both are subjects' ids) in the steps of `scope`, through the day `expires`.

    `scope` holds kinds of steps, or is "all". `proof` is the document that shows it: power of attorney, licence,
    household register. ValueError when somebody would represent themselves.
    """

    kind: Kind
    scope: frozenset[str] | Literal["all"]
    proof: UUID | None
    expires: date | None
    principal: UUID
    agent: UUID

    def __post_init__(self) -> None:
        if self.principal == self.agent:
            raise ValueError("nobody represents themselves")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a stable `code` for programs, a `sentence` (message id) for people."""

    code: str
    sentence: str


OPPOSING_GUARDIAN = Refusal(
    "opposing_guardian", _("监护人是这件事的对方，不能代办。请换一位监护人，或联系居（村）委会、民政部门。")
)
OPPOSING_AGENT = Refusal("opposing_agent", _("代理人是这件事的对方，不能代办。请换一位代理人。"))
NO_PROOF = {
    "agent": Refusal("no_proof", _("还没有授权委托书。请先上传。")),
    "legal_representative": Refusal("no_proof", _("还没有法定代表人身份证明。请先上传。")),
    "guardian": Refusal("no_proof", _("还没有监护关系的证明，例如户口簿。请先上传。")),
}
EXPIRED = Refusal("expired", _("授权已经到期。请换一份新的授权。"))
OUT_OF_SCOPE = Refusal("out_of_scope", _("授权里没有这一项。请补充授权，或由本人来办。"))
NEEDS_GUARDIAN = Refusal("needs_guardian", _("未满 18 周岁，需要监护人一起办。请先登记监护人。"))


def may_act(
    representation: Representation,
    step: str,
    on: date,
    opposing: frozenset[UUID] = frozenset(),
) -> Refusal | None:
    """Why the agent may not take a step of kind `step` for the principal on the day `on`; None when they may.

    `opposing` are the subjects on the other side. Whoever is among them is excluded, before anything else is asked.
    """
    if representation.agent in opposing:
        return OPPOSING_GUARDIAN if representation.kind == "guardian" else OPPOSING_AGENT
    if representation.proof is None:
        return NO_PROOF[representation.kind]
    if representation.expires is not None and on > representation.expires:
        return EXPIRED
    if representation.scope != "all" and step not in representation.scope:
        return OUT_OF_SCOPE
    return None


def may_act_alone(birth: date | None, on: date) -> Refusal | None:
    """Why somebody born on `birth` needs a guardian on the day `on`; None when they do not, or no birth is known."""
    return NEEDS_GUARDIAN if birth is not None and is_minor(birth, on) else None


def is_minor(birth: date, on: date) -> bool:
    """Whether somebody is under 18 on the day `on`. Born on 29 February, they come of age on 1 March of other years."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day)) < ADULT
