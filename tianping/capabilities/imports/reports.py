"""Importing messages: each row becomes a matter, by `report` and `advance` alone.

Every call's key is made of the source's name for the row, so an import can be killed and run again: what is there stays as it
is. The importing person answers for what the routing rules decide: rows that no rule routes wait in triage.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import xlsxwriter
from django.db import connection
from django.utils.translation import gettext as _

from tianping.capabilities.imports.sheet import Message, RowError, Sheet
from tianping.kernel.lifecycle.state import Actor, RefusedError
from tianping.kernel.packs.suggest import categories_for
from tianping.kernel.service import PackBook, Receipt, acting, advance, book, report

Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """What an import did. `rejected`: the row's cells and the reason."""

    rows: int = 0
    new: int = 0
    known: int = 0
    dispatched: int = 0
    answered: int = 0
    repeats: int = 0
    rejected: list[tuple[list[Any], str]] = field(default_factory=list)


class Import:
    """One run over one sheet, in one person's name."""

    def __init__(self, sheet: Sheet, actor: Actor, *, source: str = "", grade: str = "4") -> None:
        self.sheet = sheet
        self.actor = actor
        self.source = source or sheet.path.stem
        self.grade = grade
        self.book: PackBook = book(actor.jurisdiction)
        self.offices = [(n, r.agency) for r in self.book.rows("office_name") for n in r.names]
        self.outcome = Outcome()

    def run(self, progress: Progress) -> Outcome:
        """Two passes: first every row is reported and joined to its exact repeats, then handlings go on."""
        total = 2 * len(self.sheet.rows)
        taken: list[tuple[list[Any], Message, Receipt]] = []
        for done, (_row, cells, message) in enumerate(self.sheet.messages(), 1):
            self.outcome.rows += 1
            if isinstance(message, RowError):
                self.outcome.rejected.append((cells, str(message)))
            else:
                self._rejecting(cells, self._take, cells, message, taken)
            progress(done, total)
        for done, (cells, message, receipt) in enumerate(taken, len(self.sheet.rows) + 1):
            self._rejecting(cells, self._onward, message, receipt)
            progress(done, total)
        progress(total, total)
        return self.outcome

    def _rejecting(self, cells: list[Any], step: Callable[..., None], *args: Any) -> None:
        try:
            step(*args)
        except RefusedError as error:
            reason = _("这个编号以前导入过，内容不一样") if error.reason == "key" else _sentence(error)
            self.outcome.rejected.append((cells, reason))

    def _take(self, cells: list[Any], message: Message, taken: list[tuple[list[Any], Message, Receipt]]) -> None:
        receipt = self._report(message)
        if receipt.repeated:
            self.outcome.known += 1
        else:
            self.outcome.new += 1
        leader = _first_with_same_words(self.actor, receipt.matter)
        if leader is not None:
            joined = self._step(message, receipt.proceeding, "merge", {"other_matter": str(leader.matter)})
            if joined:
                self.outcome.repeats += 1
                receipt = leader
        if message.answer or receipt is not leader:
            taken.append((cells, message, receipt))

    def _report(self, message: Message) -> Receipt:
        form = {
            "description": message.text,
            "title": message.title,
            "channel": "import",
            "external_number": f"{self.source} {message.number}"[:40],
        }
        return report(actor=self.actor, form=form, key=self._key(message, "report"), happened_at=message.time)

    def _key(self, message: Message, step: str) -> str:
        return f"import:{self.source}:{message.number}:{step}"

    def _onward(self, message: Message, receipt: Receipt) -> None:
        """Record the answer that it had got; without one, go where a rule sends it."""
        if not message.answer:
            self._dispatch(message, receipt)
            return
        form = {"answer": message.answer}
        if office := self._office(message.answer):
            form["agency"] = office
        if self._step(message, receipt.proceeding, "answer_directly", form, at=message):
            self.outcome.answered += 1

    def _step(
        self, message: Message, proceeding: UUID, step: str, form: dict[str, str], *, at: Message | None = None
    ) -> bool:
        """Take the step unless the matter has gone on since: then a person has it, and the import leaves it alone."""
        try:
            advance(
                proceeding,
                step,
                actor=self.actor,
                form=form,
                key=self._key(message, step),
                happened_at=at.answer_time if at else None,
            )
        except RefusedError as error:
            if error.reason in {"state", "guard"}:
                return False
            raise
        return True

    def _dispatch(self, message: Message, receipt: Receipt) -> None:
        categories = categories_for(self.book, message.title, message.text)
        leaf = self.book.category(categories[0].code) if categories else None
        if leaf is None or leaf.protected:
            return
        offices = self.book.routing(leaf.code, None, f"{message.title}\n{message.text}")
        if not offices:
            return
        words = "、".join(categories[0].words)
        if self._step(message, receipt.proceeding, "triage", {"category": leaf.code, "grade": self.grade}):
            note = _("导入时按规则派单：%(words)s；%(why)s") % {"words": words, "why": "；".join(offices[0].reasons)}
            if self._step(message, receipt.proceeding, "dispatch", {"agency": offices[0].agency_code, "note": note}):
                self.outcome.dispatched += 1

    def _office(self, answer: str) -> str:
        """The office that the reply names first, as this county calls it; "" when it names none."""
        found = [(answer.find(name), -len(name), agency) for name, agency in self.offices if name in answer]
        return min(found)[2] if found else ""


def _sentence(error: RefusedError) -> str:
    parts = [f"{name}：{_(text)}" for name, text in error.fields.items()]
    return "；".join([_(error.sentence) % error.values, *parts])


def _first_with_same_words(actor: Actor, matter: UUID) -> Receipt | None:
    """The earliest other matter in sight that was reported in exactly the same words and leads a handling."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, p.id FROM matter m JOIN matter o ON o.jurisdiction = m.jurisdiction AND o.repeat = m.repeat AND o.id < m.id"
            " JOIN proceeding p ON p.jurisdiction = o.jurisdiction AND p.matter_id = o.id AND p.procedure = 'intake'"
            " WHERE m.jurisdiction = %s AND m.id = %s AND o.leader IS NULL AND NOT o.protected ORDER BY o.id LIMIT 1",
            [actor.jurisdiction, matter],
        )
        row = cursor.fetchone()
    return Receipt(row[0], row[0], row[1]) if row else None


def write_rejected(path: Path, sheet: Sheet, outcome: Outcome) -> None:
    """The rows that were not taken, as they stood, with the reason in a last column. To be mended and imported again."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        page = workbook.add_worksheet()
        page.write_row(0, 0, [*sheet.headings, _("原因")])
        for number, (cells, reason) in enumerate(outcome.rejected, 1):
            page.write_row(number, 0, [c if isinstance(c, int | float | str) else str(c) for c in cells])
            page.write_string(number, len(sheet.headings), reason)
