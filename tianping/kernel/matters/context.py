"""What one write needs beside the decision, and the rows that it gathers."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tianping.kernel.lifecycle.registry import Registry
from tianping.kernel.lifecycle.state import Actor, MatterState
from tianping.kernel.matters.clocks import Clocks
from tianping.kernel.matters.plain import Columns
from tianping.kernel.matters.snapshot import Snapshot
from tianping.kernel.matters.store import Rows
from tianping.kernel.matters.vault import Vault


@dataclass
class Chain:
    """The end of a matter's chain while entries are added to it."""

    seq: int = 0
    head: bytes | None = None
    sm3: bytes | None = None


@dataclass
class Context:
    """What one write needs beside the decision."""

    jurisdiction: str
    registry: Registry
    actor: Actor
    snapshot: Snapshot
    clocks: Clocks
    vault: Vault
    node: str
    happened_at: datetime
    sm3: bool
    files: dict[str, str]
    key_digest: bytes | None = None
    request: bytes | None = None
    code_digest: bytes | None = None
    located: dict[str, str] = field(default_factory=dict)  # grid, path
    chains: dict[UUID, Chain] = field(default_factory=dict)
    rows: Rows = field(default_factory=Rows)
    entries: list[UUID] = field(default_factory=list)
    plain: dict[UUID, Columns] = field(default_factory=dict)

    def chain(self, matter: MatterState) -> Chain:
        """The end of the matter's chain, as it stands with the entries added so far."""
        if matter.id not in self.chains:
            head = self.snapshot.heads.get(matter.id)
            row = head.row if head else None
            self.chains[matter.id] = (
                Chain(row["head_seq"], bytes(row["head"]), bytes(row["head_sm3"]) if row["head_sm3"] else None)
                if row
                else Chain()
            )
        return self.chains[matter.id]
