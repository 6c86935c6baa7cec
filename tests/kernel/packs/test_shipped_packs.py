"""The packs in the house are whole, agree with each other and say what they are."""

from collections import Counter
from pathlib import Path

import pytest
from pack_shelf import ROOT

from tianping.kernel.packs.checks import check
from tianping.kernel.packs.reader import read_pack
from tianping.kernel.packs.routing import Router
from tianping.kernel.packs.schema import Mediation
from tianping.kernel.places.geojson import read


@pytest.fixture(scope="module")
def national():
    return read_pack(ROOT / "national")


@pytest.fixture(scope="module")
def qingxi():
    return read_pack(ROOT / "qingxi")


@pytest.fixture(scope="module")
def router(national, qingxi):
    return Router(qingxi.rows("routing"), qingxi.rows("agency"), national.rows("category"), qingxi.rows("grid"))


def test_both_packs_have_no_problem(national, qingxi):
    assert [str(p) for p in check(national)] == []
    assert [str(p) for p in check(qingxi, [national])] == []


def test_the_national_pack_has_the_counts_of_its_sources(national):
    counts = {kind: len(items) for kind, items in national.by_kind.items()}
    levels = Counter(d.level for d in national.rows("division"))
    assert levels == {"province": 31, "city": 342, "county": 2978}
    assert Counter(c.level for c in national.rows("civil_cause")) == {3: 514, 4: 470}
    assert (counts["city_matter"], counts["city_component"], counts["case_type_mark"]) == (250, 153, 162)
    assert sum(not e.parent for e in national.rows("event_type")) == 17
    assert sum(path.stat().st_size for path in (ROOT / "national").iterdir()) < 1_000_000


def test_every_row_carries_a_source_and_how_it_was_read(national, qingxi):
    for item in [*national.items, *qingxi.items]:
        assert item.source
        assert item.verified in {"V", "V2", "U"}


def test_only_text_that_was_read_itself_is_marked_v(national):
    assert {i.kind for i in national.items if i.verified == "V"} <= {"retention", "term_rule", "calendar"}


def test_superseded_standards_are_named_only_as_left_out(national):
    sources = " ".join(i.source for i in national.items)
    assert "30428" not in sources
    assert "法〔2020〕" not in sources
    assert any("30428" in note for note in national.manifest.notes)


def test_the_taxonomy_covers_all_fifteen_kinds_of_peoples_mediation(national):
    leaves = [c for c in national.rows("category") if c.parent]
    assert {c.mediation for c in leaves if c.mediation} == set(Mediation.__args__)
    assert {c.protected for c in leaves} == {None, "violence", "minor", "threat_to_life", "complaint"}
    assert all(4 <= n <= 10 for n in Counter(c.parent for c in leaves).values())


def test_violence_minors_life_and_complaints_are_all_protected(national):
    for leaf in national.rows("category"):
        assert bool(leaf.protected) == (leaf.parent in {"protect", "office"})


def test_category_names_are_unique_within_their_class(national):
    names = Counter((c.parent, c.name) for c in national.rows("category"))
    assert set(names.values()) == {1}


def test_every_agency_that_may_get_a_matter_has_somebody_who_can_take_it(qingxi):
    able = {p.agency for p in qingxi.rows("post") if p.kind in {"handler", "mediator", "clerk"}}
    idle = {"county", "town"}
    assert {a.code for a in qingxi.rows("agency") if a.kind not in idle} <= able


def test_every_kind_of_post_is_held(qingxi):
    from tianping.kernel.packs.schema import PostKind

    assert {p.kind for p in qingxi.rows("post")} == set(PostKind.__args__)


def test_phones_and_names_are_one_apiece(qingxi):
    for rows, field in (("agency", "phone"), ("person", "phone"), ("person", "name"), ("agency", "name")):
        assert max(Counter(getattr(r, field) for r in qingxi.rows(rows)).values()) == 1


def test_the_county_says_that_it_is_fictional(national, qingxi):
    assert qingxi.manifest.fictional
    assert "990101" not in {d.code for d in national.rows("division")}
    assert any("不是已分配" in note for note in qingxi.manifest.notes)
    assert all(p.email.endswith("@qingxi.example") for p in qingxi.rows("person"))
    assert "虚构" in qingxi.geojson["note"]


def test_every_unit_grid_code_is_its_communitys_and_a_number(qingxi):
    shapes, problems = read(qingxi.geojson)
    assert problems == []
    assert all(s.code[:12] == s.properties["division"] for s in shapes)


def test_scenarios_are_many_short_and_told_in_other_words_each(qingxi):
    scenarios = qingxi.rows("scenario")
    assert len(scenarios) >= 120
    assert len({s.title for s in scenarios}) == len({s.text for s in scenarios}) == len(scenarios)
    assert max(len(s.text) for s in scenarios) < 120
    assert {s.channel for s in scenarios} == {"window", "phone", "web", "police", "letter"}
    assert sum(s.category.startswith(("protect.", "office.")) for s in scenarios) >= 10


def test_every_scenario_finds_an_office_with_a_reason(qingxi, router):
    grids = {a.code: a.grid for a in qingxi.rows("address")}
    for s in qingxi.rows("scenario"):
        found = router.suggest(s.category, grids.get(s.place), s.text)
        assert found, s.title
        assert all(suggestion.reasons for suggestion in found)


@pytest.mark.parametrize(
    ("title", "office"),
    [
        ("楼上漏水，厨房天花板鼓起", "chengdong_office"),
        ("工地干完活，十一个人没拿到钱", "laojian"),
        ("夜市油烟直接冲到楼上", "chengguan_1"),
        ("井水发黄，想请人化验", "shuiwu"),
        ("路灯坏了三盏，老人摔过", "ludeng"),
        ("停车剐蹭后两边争吵", "mediation_traffic"),
        ("丈夫动手，孩子也在家", "nanmen_police"),
        ("城管收了我的三轮车没给单子", "xinfang"),
        ("想问高龄津贴从几岁发", "hotline"),
    ],
)
def test_well_known_matters_go_where_an_official_expects(qingxi, router, title, office):
    scenario = next(s for s in qingxi.rows("scenario") if s.title == title)
    grid = next(a.grid for a in qingxi.rows("address") if a.code == scenario.place)
    assert router.suggest(scenario.category, grid, scenario.text)[0].agency_code == office


def test_a_complaint_never_goes_to_a_branch_of_the_office_complained_of(router, qingxi):
    agencies = {a.code for a in qingxi.rows("agency") if a.parent == "zhifa"} | {"zhifa"}
    found = router.suggest("office.enforcement", None, "城管收了三轮车", ["zhifa"])
    assert not agencies & {s.agency_code for s in found}


def test_no_machine_path_and_no_registry_stands_in_the_data():
    for path in Path(ROOT).rglob("*.*"):
        assert "/work/" not in path.read_text(encoding="utf-8")
