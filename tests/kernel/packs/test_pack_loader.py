import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pack_shelf import ROOT, scale, write_pack

from tianping.kernel.packs.book import book
from tianping.kernel.packs.loader import Counts, PackError, load, read_pack
from tianping.kernel.packs.models import PackRelease, PackRow

pytestmark = pytest.mark.django_db
HERE = "990199"  # the template holds the demo county; these tests stay beside it
COUNTY = "990101"
BEFORE, AFTER = dt.date(2026, 5, 1), dt.date(2026, 6, 1)


def rows():
    return PackRow.objects.filter(jurisdiction=HERE)


def load_scales(folder, *scales, since="2026-01-01", **more):
    return load(read_pack(write_pack(folder, {"event_scale": list(scales)}, since, **more)), HERE)


def test_loading_twice_changes_nothing(tmp_path):
    assert load_scales(tmp_path, scale("01", "个体"), scale("02", "群体")) == Counts(2, 0, 0)
    before = list(rows().order_by("id").values()), PackRelease.objects.filter(jurisdiction=HERE).count()
    assert load_scales(tmp_path, scale("01", "个体"), scale("02", "群体")) == Counts(0, 0, 0)
    assert (list(rows().order_by("id").values()), PackRelease.objects.filter(jurisdiction=HERE).count()) == before


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
    assert not rows().exists()


def test_an_undated_change_is_refused_and_named(tmp_path):
    load_scales(tmp_path, scale("01", "旧"))
    with pytest.raises(PackError, match=r"event_scale\.json 第1行 effective_from：01"):
        load_scales(tmp_path, scale("01", "新"))
    assert rows().get().effective_to is None


def test_a_note_in_another_language_comes_to_rows_that_are_in_force():
    """An installation that was loaded before the notes had English takes the pack as it is now."""
    national = read_pack(ROOT / "national")
    load(national, HERE)
    told = rows().filter(kind="term_rule", body__has_key="note_en")
    code, note, count = *told.values_list("code", "body__note_en")[0], told.count()
    for row in told:
        PackRow.objects.filter(pk=row.pk).update(body={k: v for k, v in row.body.items() if k != "note_en"})
    assert load(national, HERE) == Counts(0, 0, 0)
    assert told.count() == count
    assert rows().get(kind="term_rule", code=code).body["note_en"] == note
    assert PackRelease.objects.filter(jurisdiction=HERE).count() == 2
    load(national, HERE)
    assert PackRelease.objects.filter(jurisdiction=HERE).count() == 2


def test_a_pack_of_one_jurisdiction_is_not_loaded_into_another(tmp_path):
    with pytest.raises(PackError, match="不能装到 990199"):
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
    assert book("990198").rows("event_scale") == []


def test_the_national_pack_loads_in_few_statements(django_assert_max_num_queries):
    national = read_pack(ROOT / "national")
    with django_assert_max_num_queries(25):
        counts = load(national, HERE)
    assert counts == Counts(len(national.items), 0, 0)
    assert load(national, HERE) == Counts(0, 0, 0)


@pytest.fixture
def county():
    packs = {name: read_pack(ROOT / name) for name in ("national", "qingxi")}
    for name, pack in packs.items():
        load(pack, COUNTY, [other for key, other in packs.items() if key != name])
    return packs


def test_the_county_answers_from_its_book(county):
    assert load(county["qingxi"], COUNTY, [county["national"]]) == Counts(0, 0, 0)
    pack = book(COUNTY)
    assert [g.name for g in pack.grades()] == ["一级", "二级", "三级", "四级"]
    assert pack.category("neighbour.leak").civil_cause == "55.7"
    assert pack.category("nothing") is None
    assert {t.kind for t in pack.templates("return")} == {"return"}
    assert len(pack.rows("term_rule")) == sum(len(p.rows("term_rule")) for p in county.values())
    assert isinstance(pack.rows("term_rule")[0], dict)
    assert pack.rows("grid")[0].verified == "U"


def test_the_book_suggests_with_the_place_first(county):
    pack = book(COUNTY)
    grid = next(g for g in pack.rows("grid") if g.name == "滨河社区第三网格")
    best = pack.routing("neighbour.leak", grid.code, "楼上又漏水了")[0]
    assert (best.agency_code, best.reasons[0]) == ("chengdong_office", "地点在滨河社区第三网格，归城东街道")


def test_people_posts_and_scenarios_stay_out_of_the_table(county):
    kinds = set(PackRow.objects.filter(jurisdiction=COUNTY).values_list("kind", flat=True))
    assert "agency" in kinds
    assert not kinds & {"person", "post", "scenario"}
