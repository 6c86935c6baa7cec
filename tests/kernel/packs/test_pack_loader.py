import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pack_shelf import ROOT, scale, write_pack

from tianping.kernel.packs.book import book
from tianping.kernel.packs.loader import Counts, PackError, load, read_pack
from tianping.kernel.packs.models import PackRelease, PackRow

pytestmark = pytest.mark.django_db
HERE = "990101"
BEFORE, AFTER = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


def load_scales(folder, *rows, since="2026-01-01", **more):
    return load(read_pack(write_pack(folder, {"event_scale": list(rows)}, since, **more)), HERE)


def test_loading_twice_changes_nothing(tmp_path):
    assert load_scales(tmp_path, scale("01", "个体"), scale("02", "群体")) == Counts(2, 0, 0)
    before = list(PackRow.objects.order_by("id").values()), PackRelease.objects.count()
    assert load_scales(tmp_path, scale("01", "个体"), scale("02", "群体")) == Counts(0, 0, 0)
    assert (list(PackRow.objects.order_by("id").values()), PackRelease.objects.count()) == before


def test_an_old_matter_keeps_the_old_text(tmp_path):
    load_scales(tmp_path, scale("01", "旧"))
    assert load_scales(tmp_path, scale("01", "新"), since="2026-06-01") == Counts(0, 1, 0)
    names = [book(HERE).rows("event_scale", day)[0].name for day in (BEFORE, AFTER)]
    assert names == ["旧", "新"]


def test_a_removed_row_ends_on_the_packs_new_date(tmp_path):
    load_scales(tmp_path, scale("01", "个体"), scale("02", "群体"))
    assert load_scales(tmp_path, scale("01", "个体"), since="2026-06-01") == Counts(0, 0, 1)
    assert [len(book(HERE).rows("event_scale", day)) for day in (BEFORE, AFTER)] == [2, 1]


def test_a_pack_with_a_problem_writes_nothing(tmp_path):
    with pytest.raises(PackError, match="第2行 code"):
        load_scales(tmp_path, scale("01", "个体"), scale("01", "群体"))
    assert not PackRow.objects.exists()


def test_an_undated_change_is_refused_and_named(tmp_path):
    load_scales(tmp_path, scale("01", "旧"))
    with pytest.raises(PackError, match="event_scale.json 第1行 effective_from：01"):
        load_scales(tmp_path, scale("01", "新"))
    assert PackRow.objects.get().effective_to is None


def test_a_pack_of_one_jurisdiction_is_not_loaded_into_another(tmp_path):
    with pytest.raises(PackError, match="不能装到 990101"):
        load_scales(tmp_path, jurisdiction="990102")


def test_a_book_is_read_once_and_again_after_a_load(tmp_path):
    load_scales(tmp_path, scale("01", "个体"))
    first = book(HERE)
    first.rows("event_scale", BEFORE)
    with CaptureQueriesContext(connection) as seen:
        assert book(HERE) is first
        first.rows("event_scale", BEFORE)
    assert len(seen) == 1
    load_scales(tmp_path, scale("01", "新"), since="2026-06-01")
    assert book(HERE) is not first


def test_jurisdictions_do_not_see_each_other(tmp_path):
    load_scales(tmp_path, scale("01", "个体"))
    assert book("990102").rows("event_scale") == []


def test_the_shipped_packs_load_and_answer(django_assert_max_num_queries):
    national = read_pack(ROOT / "national")
    qingxi = read_pack(ROOT / "qingxi")
    with django_assert_max_num_queries(25):
        counts = load(national, HERE)
    assert counts.added == len(national.items)
    load(qingxi, HERE, [national])
    assert load(national, HERE) == load(qingxi, HERE, [national]) == Counts(0, 0, 0)
    pack = book(HERE)
    assert [g.name for g in pack.grades()] == ["一级", "二级", "三级", "四级"]
    assert pack.category("neighbour.leak").civil_cause == "55.7"
    assert pack.category("nothing") is None
    assert {t.kind for t in pack.templates("return")} == {"return"}
    assert len(pack.rows("term_rule")) == len(national.rows("term_rule")) + len(qingxi.rows("term_rule"))
    assert isinstance(pack.rows("term_rule")[0], dict)
    grid = next(g for g in pack.rows("grid") if g.name == "滨河社区第三网格")
    best = pack.routing("neighbour.leak", grid.code, "楼上又漏水了")[0]
    assert (best.agency_code, best.reasons[0]) == ("chengdong_office", "地点在滨河社区第三网格，归城东街道")
    assert pack.rows("grid")[0].verified == "U"


def test_people_posts_addresses_and_scenarios_stay_out_of_the_table():
    load(read_pack(ROOT / "qingxi"), HERE, [read_pack(ROOT / "national")])
    kinds = set(PackRow.objects.values_list("kind", flat=True))
    assert not kinds & {"person", "post", "address", "scenario"}
    assert json.dumps(PackRow.objects.filter(kind="agency").first().body)
