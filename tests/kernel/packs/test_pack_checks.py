from pack_shelf import agency, scale, write_pack

from tianping.kernel.packs.checks import check
from tianping.kernel.packs.reader import read_pack

LEAF = {"name": "漏水", "name_en": "Leak", "parent": "home"}
TOP = {"code": "home", "name": "家", "name_en": "Home"}


def problems(tmp_path, files, others=(), **more):
    return check(read_pack(write_pack(tmp_path / "p", files, **more)), others)


def fields(found):
    return [(p.file, p.row, p.field) for p in found]


def test_the_same_code_twice_names_the_second_row(tmp_path):
    found = problems(tmp_path, {"event_scale": [scale("01", "个体"), scale("01", "群体")]})
    assert fields(found) == [("event_scale.json", 2, "code")]
    assert "第1行" in found[0].reason


def test_two_versions_of_a_code_may_follow_each_other_but_not_overlap(tmp_path):
    first = scale("01", "旧", effective_from="2020-01-01", effective_to="2026-01-01")
    assert problems(tmp_path, {"event_scale": [first, scale("01", "新")]}) == []
    late = first | {"effective_to": "2026-06-01"}
    assert fields(problems(tmp_path, {"event_scale": [late, scale("01", "新")]})) == [
        ("event_scale.json", 1, "effective_to")
    ]


def test_an_end_before_the_start_is_refused(tmp_path):
    row = scale("01", "x", effective_from="2026-01-01", effective_to="2026-01-01")
    assert fields(problems(tmp_path, {"event_scale": [row]})) == [("event_scale.json", 1, "effective_to")]


def test_a_code_that_another_pack_has_is_refused(tmp_path):
    other = read_pack(write_pack(tmp_path / "o", {"event_scale": [scale("01", "x")]}, name="other", title="别的包"))
    found = problems(tmp_path, {"event_scale": [scale("01", "x")]}, [other])
    assert "别的包" in found[0].reason


def test_a_category_maps_only_to_codes_that_exist(tmp_path):
    leaf = {"code": "home.leak", **LEAF, "event_type": "02", "city_matter": "99999", "civil_cause": "1"}
    found = problems(tmp_path, {"category": [TOP, leaf], "event_type": [scale("02", "邻里纠纷")]})
    assert [p.field for p in found] == ["city_matter", "civil_cause"]


def test_a_leaf_stands_under_its_class_and_a_protected_one_is_never_mediated(tmp_path):
    leaf = {"code": "leak", **LEAF, "protected": "violence", "dispute": True}
    assert [p.field for p in problems(tmp_path, {"category": [TOP, leaf]})] == ["code", "dispute", "mediation"]


def test_routing_names_agencies_and_categories_that_exist(tmp_path):
    rule = {"duty": "管", "duty_en": "Does", "categories": ["nothing"], "places": ["nowhere"]}
    rules = [{"code": "a", "agency": "nobody", **rule}, {"code": "b", "duty": "管", "duty_en": "Does"}]
    found = problems(tmp_path, {"routing": rules, "agency": [agency("office")]})
    assert [(p.row, p.field) for p in found] == [
        (1, "agency"),
        (1, "categories"),
        (1, "places"),
        (2, "agency"),
        (2, "categories"),
    ]


def test_a_rule_for_a_local_office_needs_one_that_serves_somewhere(tmp_path):
    rule = {"code": "a", "at": "branch", "duty": "管", "duty_en": "Does", "keywords": ["漏水"]}
    branch = agency("squad", kind="branch", parent="office")
    found = problems(tmp_path, {"routing": [rule], "agency": [agency("office"), branch]})
    assert [p.field for p in found] == ["at"]
    serving = branch | {"serves": ["office"]}
    assert problems(tmp_path, {"routing": [rule], "agency": [agency("office"), serving]}) == []


def test_agencies_do_not_stand_under_themselves(tmp_path):
    found = problems(tmp_path, {"agency": [agency("a", parent="b"), agency("b", parent="a")]})
    assert {p.reason for p in found} == {"上下级绕成了圈"}


def test_a_template_fills_exactly_the_fields_it_lists(tmp_path):
    row = {"code": "t", "kind": "answer", "name": "x", "name_en": "x", "text": "{a}", "text_en": "{b}", "fields": ["a"]}
    assert [p.field for p in problems(tmp_path, {"answer_template": [row]})] == ["text_en"]


def test_a_template_is_for_categories_that_exist(tmp_path):
    row = {
        "code": "t",
        "kind": "answer",
        "name": "x",
        "name_en": "x",
        "text": "a",
        "text_en": "a",
        "categories": ["none"],
    }
    assert [p.field for p in problems(tmp_path, {"answer_template": [row]})] == ["categories"]


def test_a_grade_names_a_term_rule_that_exists(tmp_path):
    words = dict.fromkeys(("name", "name_en", "label", "label_en", "criteria", "criteria_en"), "x")
    grade = {"code": "1", **words, "term": "t.2", "order": 1}
    assert [p.field for p in problems(tmp_path, {"grade": [grade], "term_rule": [{"code": "t.1"}]})] == ["term"]


def test_three_administrators_are_three_people_and_an_email_has_one_owner(tmp_path):
    people = [{"code": c, "name": c, "email": "same@qingxi.example"} for c in ("a", "b")]
    posts = [
        {"code": f"p{i}", "kind": kind, "name": kind, "agency": "office", "person": "a"}
        for i, kind in enumerate(("auditor", "system_admin"))
    ]
    found = problems(tmp_path, {"person": people, "post": posts, "agency": [agency("office")]})
    assert [(p.file, p.field) for p in found] == [
        ("post.json", "person"),
        ("person.json", "email"),
        ("person.json", "email"),
    ]


def test_a_grid_worker_has_grids_and_every_grid_a_worker(tmp_path):
    grid = {"code": "g1", "name": "g", "agency": "office", "division": "1"}
    post = {"code": "p", "kind": "grid_worker", "name": "x", "agency": "office", "person": "a"}
    files = {
        "grid": [grid],
        "post": [post],
        "person": [{"code": "a", "name": "a", "email": "a@x.example"}],
        "agency": [agency("office")],
        "division": [{"code": "1", "name": "x", "level": "village"}],
    }
    assert [(p.file, p.field) for p in problems(tmp_path, files)] == [("post.json", "grids"), ("grid.json", "code")]
