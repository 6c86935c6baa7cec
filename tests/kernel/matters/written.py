"""A matter of the deployed scenes, walked in memory: each step's rows as they would be written, without a database."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

import tianping
from tests.scenes.desk import GUEST, SceneDesk, office
from tianping.kernel.clock.calendar import WorkCalendar
from tianping.kernel.clock.rows import read_rule
from tianping.kernel.clock.rules import RuleBook
from tianping.kernel.matters.assemble import assemble
from tianping.kernel.matters.clocks import Clocks
from tianping.kernel.matters.context import Context
from tianping.kernel.matters.rulebook import Clockwork
from tianping.kernel.matters.snapshot import Head, Snapshot
from tianping.kernel.matters.vault import Vault
from tianping.kernel.parties.keys import KeyStore

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEAK = {
    "description": "楼上漏水",
    "title": "漏水",
    "reporter_name": "周桂兰",
    "reporter_phone": "13800002207",
    "channel": "web",
}
ZJ = office("qx.zj.")


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    return Vault(KeyStore.create(tmp_path_factory.mktemp("keys") / "keys"))


@pytest.fixture(scope="module")
def work():
    packs = Path(tianping.__file__).parents[1] / "packs"
    found = [r for p in ("national", "qingxi") for r in json.loads((packs / p / "term_rules.json").read_text())]
    raw = {(r["code"], read_rule(1, r).effective_from): r for r in found}
    return Clockwork("", RuleBook.from_rows(found), raw, WorkCalendar())


class Written(SceneDesk):
    """Each step a minute after the last one; `matters`, `rows` of the last step, `stored` what stands of each table."""

    def __init__(self, vault, work, *, sm3=False, located=None, files=None):
        super().__init__()
        self.vault, self.sm3, self.located, self.files = vault, sm3, located or {}, files or {}
        self.clocks = Clocks([], work, NOW, NOW)
        self.snapshot = Snapshot(now=NOW)
        self.matter_row, self.proceeding_row = {}, {}

    def _keep(self, decision, actor):
        for term in self.clocks.rows:
            term.new = term.changed = False
        self.snapshot.heads = {i: Head(r) for i, r in self.matter_row.items()}
        self.context = Context(
            jurisdiction="990101",
            registry=self.registry,
            actor=decision.actor,
            snapshot=self.snapshot,
            clocks=self.clocks,
            vault=self.vault,
            node="centre",
            happened_at=self.snapshot.now,
            sm3=self.sm3,
            files=self.files,
            key_digest=b"k" * 32,
            request=b"r" * 32,
            code_digest=b"c" * 32,
            located=self.located,
        )
        self.rows = assemble(self.context, decision)
        self.at = self.snapshot.now
        for row in [*self.rows.new_matter, *self.rows.update.get("matter", [])]:
            kept = self.matter_row.get(row["id"], {}) | row
            kept |= {n: bytes.fromhex(row[n][2:]) if row[n] else None for n in ("head", "head_sm3")}
            self.matter_row[row["id"]] = kept
        for row in [*self.rows.insert.get("proceeding", []), *self.rows.update.get("proceeding", [])]:
            self.proceeding_row[row["id"]] = row
            self.snapshot.proceeding_row[row["id"]] = (row["opened_at"], row["closed_at"])
        for matter in decision.matters.values():
            matter.new = False
            for proceeding in matter.proceedings.values():
                proceeding.new = False
        super()._keep(decision, actor)
        self.snapshot.now = self.clocks.now = self.clocks.at = self.at + MINUTE

    @property
    def main(self):
        return self.matter_row[self.matter.id]

    @property
    def work(self):
        return self.proceeding_row[self.road.id]

    def entries(self):
        return self.rows.insert["entry"]

    def body(self, number=0):
        return msgspec.json.decode(bytes.fromhex(self.entries()[number]["body"][2:]))


@pytest.fixture
def told(vault, work):
    def make(to="", **options):
        form, step = options.pop("form", LEAK), options.pop("step", "register")
        d = Written(vault, work, **options)
        d.opens("intake", step, form, GUEST)
        for step, who, form in (
            ("triage", "dispatcher", {"category": "neighbour.leak", "grade": "3"}),
            ("dispatch", "dispatcher", {"agency": "qx.zj."}),
            ("accept", ZJ, {}),
            ("finish", ZJ, {"outcome": "settled", "result": "修好了"}),
            ("verify", "dispatcher", {"on_site": "不漏了"}),
            ("answer", ZJ, {"answer": "已修好"}),
            ("rate", "reporter", {"rating": "5"}),
            ("close", "dispatcher", {}),
        ):
            if not to:
                break
            d.does(step, d.reporter if who == "reporter" else who, **form)
            if step == to:
                break
        return d

    return make
