"""The one road: `report` opens a matter, `advance` takes a step. Each is one transaction and the only writer of states.

Order matters here. The chain heads are locked first, in id order; what the decision needs is read in a later statement,
because a read beside a lock sees the time before the wait; the clock is read there too, so times never run backward
along a chain. Then one statement writes everything.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from uuid_utils.compat import uuid7

from tianping.kernel.agencies.acting import acting
from tianping.kernel.agencies.home import Home, home
from tianping.kernel.clock.engine import SHANGHAI
from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.lifecycle.engine import admit, begin, decide
from tianping.kernel.lifecycle.forms import parse
from tianping.kernel.lifecycle.registry import Registry, registry_of
from tianping.kernel.lifecycle.state import Actor, Command, MatterState, RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.matters import after, reads
from tianping.kernel.matters.assemble import assemble
from tianping.kernel.matters.checks import form_checks
from tianping.kernel.matters.clocks import Clocks
from tianping.kernel.matters.context import Context
from tianping.kernel.matters.rulebook import clockwork
from tianping.kernel.matters.snapshot import Snapshot, lock, open_for_writing, read, start
from tianping.kernel.matters.standing import for_step
from tianping.kernel.matters.store import write
from tianping.kernel.matters.vault import vault


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a step answers with: its entry, and for a report the matter's number and the code that shows its progress."""

    entry: UUID
    matter: UUID
    proceeding: UUID
    number: str = ""
    code: str = ""
    repeated: bool = False  # the key had been seen: this is the entry of that time


TRIES = 5  # of a step that must lock a second matter, which somebody may exchange while it waits


class _UnlockedError(Exception):
    """The step counts its leader's followers down, and that one's head is not locked. Heads are locked in the order of their
    ids, in one statement: so all is let go and locked again, the leader among them."""

    def __init__(self, leader: UUID) -> None:
        self.leader = leader


def registry() -> Registry:
    """The registry of this deployment's scenes."""
    return registry_of(tuple(settings.SCENES))


def report(
    *,
    actor: Actor,
    form: Mapping[str, Any],
    key: str,
    procedure: str = "intake",
    step: str = "",
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    located: dict[str, str] | None = None,
) -> Receipt:
    """Open a matter with its first proceeding.

    `happened_at`: when it was told, if earlier than now. `received_at`: when the centre got it, if earlier than now; clocks
    start then. `located`: the grid and agency path of its place. Raises RefusedError; nothing is stored then.
    """
    key_digest = _key_digest(actor, key)
    request = _request_digest(procedure, step, form)
    # Who opens a matter holds its receipt: so a repeated request sees what the first one opened.
    actor = replace(actor, keys=actor.keys | {"code:" + _code_digest(key_digest).hex()})
    return _once(
        actor,
        key_digest,
        request,
        lambda: _report(actor, form, key_digest, request, procedure, step, happened_at, received_at, located or {}),
    )


def _once(actor: Actor, key_digest: bytes, request: bytes, write: Callable[[], Receipt]) -> Receipt:
    """One transaction. Where two requests with one key ran at once, the later answers as if it had come afterwards."""
    try:
        with acting(actor, writes=True):
            return write()
    except IntegrityError as error:
        if "entry_key" not in str(error) and "party_code" not in str(error):
            raise
    with acting(actor):
        return _receipt_again(read(actor.jurisdiction, {}, key_digest), request, actor.jurisdiction, key_digest)


def _report(
    actor: Actor,
    form: Mapping[str, Any],
    key_digest: bytes,
    request: bytes,
    procedure: str,
    step: str,
    happened_at: datetime | None,
    received_at: datetime | None,
    located: dict[str, str],
) -> Receipt:
    place = home(actor.jurisdiction)
    matter_id = uuid7()
    snapshot = start(actor.jurisdiction, matter_id, key_digest)
    if snapshot.seen is not None:
        return _receipt_again(snapshot, request, actor.jurisdiction, key_digest)
    rules = registry()
    matter = MatterState(id=matter_id, centre=place.centre, path=place.centre, new=True)
    checks = form_checks(actor, snapshot.stamp)
    documents: list[str] = []
    extra: dict[str, Any] = {}

    def parse_form(found: Step) -> dict[str, Any]:
        values = parse(found.form, form, rules.concepts, checks=checks)
        documents[:] = reads.documents_in(found, values, rules)
        extra.update(reads.extra_for(rules, found, matter, snapshot, values, actor))
        return values

    decision = begin(
        rules,
        procedure,
        parse_form,
        actor=actor,
        matter=matter,
        new_id=uuid7,
        step_name=step,
        extra=extra,
    )
    context = _context(decision.actor, rules, snapshot, happened_at, received_at, reads.hashes(actor, documents))
    context.key_digest, context.request, context.located = key_digest, request, located
    context.code_digest = _code_digest(key_digest)
    rows = assemble(context, decision)
    numbers = write(rows, place.number_format)
    after.write_rest(context, decision, documents)
    proceeding = next(iter(matter.proceedings))
    return Receipt(
        context.entries[0],
        matter.id,
        proceeding,
        _number(place, snapshot.now, numbers[matter.id]),
        spell_code(_code(key_digest)),
    )


def advance(
    proceeding: UUID,
    step: str,
    *,
    actor: Actor,
    form: Mapping[str, Any],
    key: str,
    happened_at: datetime | None = None,
    received_at: datetime | None = None,
    located: dict[str, str] | None = None,
) -> Receipt:
    """Take one step of an open proceeding and return its entry. `happened_at` and `received_at` as for `report`.

    A key that was seen with the same step and form returns that entry; with another it is refused. Raises RefusedError;
    a proceeding that the actor may not see is "unknown", like one that does not exist.
    """
    key_digest = _key_digest(actor, key)
    request = _request_digest(str(proceeding), step, form)
    times = happened_at, received_at
    leaders: list[UUID] = []

    def write() -> Receipt:
        return _advance(proceeding, step, actor, form, key_digest, request, times, located or {}, leaders)

    for _try in range(TRIES):
        try:
            return _once(actor, key_digest, request, write)
        except _UnlockedError as found:
            leaders[:] = [found.leader]
    raise RefusedError(_("别人正在办这件事，请再试一次"), "state")


def _advance(
    proceeding: UUID,
    step_name: str,
    actor: Actor,
    form: Mapping[str, Any],
    key_digest: bytes,
    request: bytes,
    times: tuple[datetime | None, datetime | None],
    located: dict[str, str],
    leaders: list[UUID],
) -> Receipt:
    rules = registry()
    other = reads.other_matter(form)
    if leaders:
        open_for_writing(leaders)
    heads = lock(actor.jurisdiction, leaders + ([other] if other else []), proceeding)
    snapshot = read(actor.jurisdiction, heads, key_digest, last=step_name == "undo")
    if snapshot.seen is not None:
        return _receipt_again(snapshot, request, actor.jurisdiction, key_digest)
    if not any(proceeding in m.proceedings for m in snapshot.matters.values()):
        raise RefusedError(_("没有找到这件事，或者您无权查看"), "unknown")
    actor = for_step(rules, snapshot, proceeding, step_name, actor)
    _procedure, matter, _state, step = admit(rules, snapshot.matters, proceeding, step_name, actor)
    if "unlead" in step.touches and matter.leader is not None and matter.leader not in heads:
        raise _UnlockedError(matter.leader)
    values = parse(step.form, form, rules.concepts, known=matter.facts, checks=form_checks(actor, snapshot.stamp))
    documents = reads.documents_in(step, values, rules)
    extra = reads.extra_for(rules, step, matter, snapshot, values, actor)
    command = Command(step_name, values, extra)
    decision = decide(rules, snapshot.matters, proceeding, command, actor=actor, new_id=uuid7)
    context = _context(decision.actor, rules, snapshot, *times, reads.hashes(actor, documents))
    context.key_digest, context.request, context.located = key_digest, request, located
    rows = assemble(context, decision)
    if split := [m.id for m in decision.matters.values() if m.new]:
        open_for_writing(split)
    write(rows, home(actor.jurisdiction).number_format)
    after.write_rest(context, decision, documents)
    return Receipt(context.entries[0], matter.id, proceeding)


def _context(
    actor: Actor,
    rules: Registry,
    snapshot: Snapshot,
    happened_at: datetime | None,
    received_at: datetime | None,
    files: dict[str, str],
) -> Context:
    snapshot.now = max(
        [snapshot.now, *(h.row["changed_at"] for h in snapshot.heads.values())]
    )  # a clock that was set back never runs a chain backward
    for moment in (happened_at, received_at):
        if moment is not None and moment > snapshot.now:
            raise RefusedError(_("时间不能晚于现在"), "form", {"happened_at": _("时间不能晚于现在")})
    work = clockwork(actor.jurisdiction, snapshot.stamp)
    clocks = Clocks(snapshot.terms, work, snapshot.now, received_at or snapshot.now)
    return Context(
        jurisdiction=actor.jurisdiction,
        registry=rules,
        actor=actor,
        snapshot=snapshot,
        clocks=clocks,
        vault=vault(),
        node=settings.NODE,
        happened_at=(happened_at or snapshot.now).astimezone(UTC),
        sm3=settings.LEDGER_SM3,
        files=files,
    )


# ── keys, receipts, codes ────────────────────────────────────────────────────────────────────────────────────────
def _key_digest(actor: Actor, key: str) -> bytes:
    """A caller's key belongs to the caller: two people may use the same words."""
    if not key or len(key) > 200:
        raise RefusedError(
            _("请求缺少幂等键（Idempotency-Key），或者它太长"), "form", {"key": _("请重新打开这一页再试")}
        )
    scope = str(actor.user or actor.subject or " ".join(sorted(actor.keys)) or actor.kind)
    return hashlib.sha256(f"{actor.jurisdiction}|{scope}|{key}".encode()).digest()


def _request_digest(target: str, step: str, form: Mapping[str, Any]) -> bytes:
    """Keyed, because a readable digest of a phone number is guessed in seconds."""
    plain = {k: v if isinstance(v, str | bool | list | tuple | type(None)) else str(v) for k, v in form.items()}
    data = canonical({"target": target, "step": step, "form": plain})
    return hmac.digest(vault().key("request"), data, "sha256")


def _code(key_digest: bytes) -> bytes:
    """128 bits that only the holder of the key can have got; a repeated report gets the same code again."""
    return hmac.digest(vault().key("receipt"), key_digest, "sha256")[:16]


def _code_digest(key_digest: bytes) -> bytes:
    return hashlib.sha256(_code(key_digest)).digest()


_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


def spell_code(code: bytes) -> str:
    """26 characters in fours."""
    number = int.from_bytes(code, "big")
    text = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
    return "-".join(text[i : i + 4] for i in range(0, 26, 4))


def read_code(text: str) -> bytes | None:
    """The digest that a typed code is found by, or None when it is no code. I, L and O are read as 1, 1 and 0."""
    plain = text.upper().translate(str.maketrans("ILO", "110", "- \t\u3000\n"))
    if len(plain) != 26 or any(c not in _ALPHABET for c in plain):
        return None
    number = 0
    for character in plain:
        number = number << 5 | _ALPHABET.index(character)
    return hashlib.sha256(number.to_bytes(17, "big")[-16:]).digest() if number < 1 << 128 else None


def _number(place: Home, now: datetime, taken: int) -> str:
    year = str(now.astimezone(SHANGHAI).year)
    return place.number_format.replace("{year}", year).replace("{seq}", str(taken))


def _receipt_again(snapshot: Snapshot, request: bytes, jurisdiction: str, key_digest: bytes) -> Receipt:
    seen = snapshot.seen
    if seen is None or bytes.fromhex(seen[3]) != request:
        raise RefusedError(_("同一个请求号已经用来办了别的事，请重新打开这一页再试"), "key")
    entry, matter, proceeding, _request = seen
    number = reads.number_of(jurisdiction, matter)
    return Receipt(entry, matter, proceeding, number, spell_code(_code(key_digest)), repeated=True)
