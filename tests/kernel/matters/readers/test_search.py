"""The reader that keeps the index of words: many matters in one round, and nothing written where nothing has changed."""

import psycopg
import pytest

from tests.conftest import CLUSTER
from tests.kernel.matters.readers.conftest import drain
from tests.people import actor
from tianping.capabilities.search.find import find
from tianping.capabilities.search.reader import SearchReader


@pytest.fixture
def rows(fresh):
    """`rows()`: of each matter in the index, where its row lies: another place once it was written again."""

    def read():
        with psycopg.connect(CLUSTER.url("postgres", fresh)) as owner:
            return dict(owner.execute("SELECT matter_id, ctid::text FROM search_doc").fetchall())

    return read


def test_a_round_takes_in_many_matters_and_leaves_out_the_protected(rows, road):
    one, other = road(title="井盖松动"), road(title="夜里打桩")
    hidden = road(title="说不出口的事")
    hidden.take("protect", "dispatcher", reason="来电说家里动手了", violence=True)
    drain(SearchReader())
    assert set(rows()) == {one.matter, other.matter}
    who = actor("dispatcher")
    assert (find(who, "井盖松动", 5), find(who, "夜里打桩", 5)) == ([one.matter], [other.matter])


def test_a_step_that_changes_no_word_writes_none(rows, road):
    one, still = road(title="井盖松动"), road(title="夜里打桩")
    drain(SearchReader())
    before = rows()
    one.to("handling")
    drain(SearchReader())
    assert rows() == before
    one.take("finish", "handler", outcome="settled", result="修好了")
    one.take("verify", "dispatcher", on_site="已经盖好")
    one.take("answer", "handler", answer="已经换了新的井盖")
    drain(SearchReader())
    after = rows()
    assert after[one.matter] != before[one.matter]
    assert after[still.matter] == before[still.matter]
