from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.ledger.canonical import canonical
from tianping.kernel.ledger.erasure import ErasureRecord, Replayed, replay

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def record(entry=1, field="phone", **other):
    facts = {"reason": "本人申请", "law": "个人信息保护法第四十七条", "by": "县信访局·审计岗", "at": AT} | other
    return ErasureRecord(UUID(int=entry), field, **facts)


def test_a_record_is_read_back_from_its_line():
    line = record().canonical()
    assert ErasureRecord.read(line) == record()
    assert b"\n" not in line


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'"x"',
        b"{}",
        canonical({"entry": None}),
        canonical({"entry": ["x"]}),
        canonical({"entry": "x"}),
        record().canonical().replace(b'"by":', b'"bo":'),
        record().canonical().replace(b'{"at"', b'{"an":"x","at"'),
        record().canonical().replace('"本人申请"'.encode(), b"null"),
        record().canonical().replace(b"09:30:00.000000Z", b"09:30:00.000000"),
    ],
)
def test_another_line_is_refused(line):
    with pytest.raises(ValueError, match=r"register|UUID|canonical|time zone"):
        ErasureRecord.read(line)


@pytest.mark.parametrize("empty", ["field", "reason", "law", "by"])
def test_an_erasure_without_its_reason_law_or_author_is_refused(empty):
    with pytest.raises(ValueError, match="names its field"):
        record(**{empty: " "})


def test_an_erasure_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        record(at=AT.replace(tzinfo=None))


class Store(set):
    def destroy(self, entry, field):
        there = (entry, field) in self
        self.discard((entry, field))
        return there


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"))),
    st.sets(st.tuples(st.integers(0, 3), st.sampled_from("ab"))),
)
def test_a_replay_destroys_what_came_back_and_a_second_changes_nothing(erased, restored):
    register = [record(entry, field) for entry, field in erased]
    store = Store((UUID(int=entry), field) for entry, field in restored)
    assert replay(register, store.destroy) == Replayed(len(set(erased)), len(set(erased) & restored))
    assert store == {(UUID(int=entry), field) for entry, field in restored - set(erased)}
    assert replay(register, store.destroy) == Replayed(len(set(erased)), 0)


def test_one_failure_does_not_spare_the_others():
    gone = []

    def destroy(entry, field):
        if field == "phone":
            raise OSError("disk")
        gone.append(field)
        return True

    with pytest.raises(ExceptionGroup) as failed:
        replay([record(), record(field="name")], destroy)
    assert gone == ["name"]
    assert [type(one) for one in failed.value.exceptions] == [OSError]
