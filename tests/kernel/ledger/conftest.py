from uuid import UUID

import pytest

from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.ledger.chain import Row, entry_hash, sm3_of


class Forge:
    """Makes chains whose ids tell where an entry came from."""

    chain = UUID(int=7)

    def __init__(self) -> None:
        self.made = 0

    def rows(self, count: int, *, chain: UUID | None = None, start: bytes | None = None, sm3: bool = True) -> list[Row]:
        rows: list[Row] = []
        prev, prev_sm3 = start, None
        for seq in range(1, count + 1):
            row = self.row(seq, prev, prev_sm3, chain=chain or self.chain, sm3=sm3)
            rows.append(row)
            prev, prev_sm3 = row.hash, row.sm3
        return rows

    def row(self, seq, prev, prev_sm3=None, *, chain=None, join=None, join_sm3=None, sm3=True, text="登记") -> Row:
        self.made += 1
        chain = chain or self.chain
        entry = UUID(int=1000 * chain.int + self.made)
        body = canonical({"id": entry, "chain": chain, "step": text, "n": self.made})
        digest = sm3_of(body, prev_sm3, join_sm3) if sm3 else None
        before, branch = (prev_sm3, join_sm3) if sm3 else (None, None)
        return Row(chain, seq, entry, body, entry_hash(body, prev, join), prev, join, digest, before, branch)


@pytest.fixture(scope="session")
def forge():
    return Forge


@pytest.fixture(scope="session")
def head():
    return lambda rows: (rows[-1].seq, rows[-1].hash)


@pytest.fixture(scope="session")
def told():
    """Faults as (kind, first number, last number)."""
    return lambda faults: [(fault.kind, fault.seq, fault.last_seq) for fault in faults]
