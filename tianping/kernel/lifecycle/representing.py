"""Who acts for a party: how it is declared, and what registering or ending it does to the matter.

Whether somebody may act for somebody is decided by `parties.representation`; here it is only put on the record.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tianping.kernel.lifecycle.state import MatterState, Move, PartyRef, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import OPEN, By, Field, Form, Guard, Step

if TYPE_CHECKING:
    from tianping.kernel.lifecycle.engine import Run

REPRESENTATIVE = "representative"
"""The role of who acts for a party, and the prefix of the fields that name them."""
AGENT = "agent"
# What an agent's authority covers, by the acts that steps declare (民事诉讼法 第六十二条: what disposes of the matter
# needs a special one). Who acts by law, a guardian or legal representative, may do all (民法典 第二十三条, 第六十一条).
AUTHORITIES: Mapping[str, tuple[str, ...]] = {
    "view": ("view",),
    "general": ("view", "speak", "receive"),
    "special": ("view", "speak", "receive", "agree"),
}
ALL = ("all",)

_PERSON = (
    Field("representative_name", "representative_name", required=True, max_length=40),
    Field(
        "representative_phone",
        "representative_phone",
        required=True,
        hint=_("代办人用这个手机号验证身份，就能看到这件事"),
    ),
    Field("representative_id_number", "representative_id_number"),
)
_FILES = Field("files", "files", label=_("授权委托书等证明"))
_UNTIL = Field("valid_until", "valid_until", hint=_("委托代理要写明到哪天；监护人、法定代表人可以不写"))


def _term_given(reads: Mapping[str, Any]) -> bool:
    """An agent's authority names its last day; that of who acts by law may."""
    until, today = reads["form"].get("valid_until"), reads["today"]
    if until is None:
        return bool(reads["form"].get("representation_kind", AGENT) != AGENT)
    return str(until) >= str(today)


def _represents_here(reads: Mapping[str, Any]) -> bool:
    """The offices end any representation of the matter, a party their own."""
    principal, actor = reads["represented"].get(str(reads["form"]["representation"])), reads["actor"]
    return principal is not None and (actor.kind == "staff" or principal in {str(actor.subject), str(actor.on_behalf)})


GUARDS: tuple[Guard, ...] = (
    Guard(
        "not_opposing",
        frozenset({"opposing"}),
        lambda reads: not reads["opposing"],
        _("代办人不能是这件事的对方，也不能替对方办；请换一位"),
    ),
    Guard("proof_given", frozenset({"form"}), lambda reads: bool(reads["form"].get("files")), _("请上传证明材料")),
    Guard(
        "authority_given",
        frozenset({"form"}),
        lambda reads: reads["form"].get("representation_kind") != AGENT or bool(reads["form"].get("authority")),
        _("委托代理人要写明能办哪些"),
    ),
    Guard("term_given", frozenset({"form", "today"}), _term_given, _("请写明到哪天，不早于今天")),
    Guard(
        "represents_here",
        frozenset({"form", "actor", "represented"}),
        _represents_here,
        _("没有这位代办人，或者已经取消了"),
    ),
)


def representing_steps(register: tuple[By, ...], entrust: tuple[By, ...]) -> tuple[Step, ...]:
    """The offices that see the proof `register` who acts for a party; a proven party may `entrust` an agent."""
    return (
        Step(
            "represent",
            _("登记代办人"),
            OPEN,
            None,
            register,
            Form(
                (
                    Field("represented", "represented", required=True),
                    Field("representation_kind", "representation_kind", required=True),
                    *_PERSON,
                    Field("authority", "authority", hint=_("委托代理要选；监护人、法定代表人依法都能办")),
                    _UNTIL,
                    Field("proof_kind", "proof_kind", required=True),
                    _FILES,
                )
            ),
            ("not_opposing", "proof_given", "authority_given", "term_given"),
            touches={"represent": "represented"},
            public=_("登记了代办人"),
            act="entrust",
        ),
        Step(
            "entrust_agent",
            _("委托别人代办"),
            OPEN,
            None,
            entrust,
            Form((*_PERSON, Field("authority", "authority", required=True), _UNTIL, _FILES)),
            ("not_opposing", "term_given"),
            touches={"represent": "own"},
            public=_("委托了代办人"),
            act="entrust",
        ),
        Step(
            "end_representation",
            _("取消代办"),
            OPEN,
            None,
            (*register, *entrust),
            Form((Field("representation", "representation", required=True), Field("reason", "reason"))),
            ("represents_here",),
            touches={"unrepresent": "representation"},
            public=_("取消了代办"),
            act="entrust",
        ),
    )


def represent(run: "Run", matter: MatterState, source: str, form: dict[str, Any], move: Move) -> None:
    """Somebody acts for a party from now on: of the role in the field `source`, or, with "own", for who takes the step."""
    principal = _own(run, matter) if source == "own" else _only(matter, str(form[source]))
    kind = str(form.get("representation_kind", AGENT))
    agent, ident = run.new_id(), run.new_id()
    matter.parties.append(PartyRef(REPRESENTATIVE, agent))
    if f"subject:{principal.subject}" in matter.audience:  # nobody sees more than who they act for
        matter.audience.add(f"represents:{ident}")
    move.effects += [
        {"do": "party", "role": REPRESENTATIVE, "subject": str(agent), "prefix": REPRESENTATIVE, "known": False},
        {
            "do": "represent",
            "id": str(ident),
            "subject": str(principal.subject),
            "role": principal.role,
            "kind": kind,
            "scope": list(AUTHORITIES[str(form["authority"])] if kind == AGENT else ALL),
            "proof": str(form.get("proof_kind", "party")),
            "expires": str(form["valid_until"]) if form.get("valid_until") else None,
        },
    ]


def _own(run: "Run", matter: MatterState) -> PartyRef:
    subject = run.actor.on_behalf or run.actor.subject
    return next(p for p in matter.parties if p.subject == subject)


def _only(matter: MatterState, role: str) -> PartyRef:
    found = [p for p in matter.parties if p.role == role]
    if len(found) != 1:
        sentence = _("没有登记这一方") if not found else _("这一方不止一人，请由本人来委托")
        raise RefusedError(sentence, "form", {"represented": sentence})
    return found[0]


def unrepresent(matter: MatterState, ident: str, move: Move) -> None:
    """From now on nobody acts by this representation."""
    matter.audience.discard(f"represents:{ident}")
    move.effects.append({"do": "unrepresent", "id": ident})
