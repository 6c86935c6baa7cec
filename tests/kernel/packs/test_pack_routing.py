from tianping.kernel.packs.routing import Router, paths
from tianping.kernel.packs.schema import Agency, Category, GridFeature, RoutingRule


def an_agency(code, kind, parent="county", serves=()):
    return Agency(
        code=code,
        name=f"{code}名",
        name_en=code,
        short=code,
        kind=kind,
        parent=parent,
        phone="0571-1",
        capacity=1,
        serves=list(serves),
    )


def a_rule(code, **more):
    return RoutingRule(code=code, duty=f"{code}的职责", duty_en=code, **more)


AGENCIES = [
    an_agency("county", "county", None),
    an_agency("east", "town"),
    an_agency("east_office", "governance_office", "east", ["east"]),
    an_agency("river", "community", "east", ["river"]),
    an_agency("south", "town"),
    an_agency("south_office", "governance_office", "south", ["south"]),
    an_agency("enforcement", "bureau"),
    an_agency("market", "bureau"),
    an_agency("squad", "branch", "enforcement", ["east", "south"]),
    an_agency("market_east", "branch", "market", ["east"]),
    an_agency("police", "member"),
]
CATEGORIES = [
    Category(code="near", name="邻里", name_en="Neighbours"),
    Category(
        code="near.leak",
        name="渗漏",
        name_en="Leak",
        parent="near",
        keywords=["漏水", "楼上"],
        dispute=True,
        mediation="邻里",
    ),
    Category(code="guard", name="保护", name_en="Protection"),
    Category(
        code="guard.home",
        name="家里人动手",
        name_en="Violence",
        parent="guard",
        protected="violence",
        keywords=["动手"],
    ),
]
GRID = GridFeature(code="g3", name="滨河第三网格", agency="river", division="1")


def suggest(rules, category=None, place=None, text="", exclude=()):
    return Router(rules, AGENCIES, CATEGORIES, [GRID]).suggest(category, place, text, exclude)


def test_a_local_office_is_found_by_the_place_with_sentences_that_say_why():
    (found,) = suggest([a_rule("r", at="governance_office", categories=["near"])], "near.leak", "g3", "楼上又漏水了")
    assert found.agency_code == "east_office"
    assert found.reasons == ["地点在滨河第三网格，归east名", "“漏水”“楼上”：邻里 · 渗漏", "r的职责"]


def test_without_a_place_a_local_rule_suggests_nobody():
    assert suggest([a_rule("r", at="governance_office", categories=["near"])], "near.leak") == []


def test_a_branch_is_chosen_by_its_bureau():
    rules = [a_rule("r", at="branch", under="market", categories=["near"])]
    assert [s.agency_code for s in suggest(rules, "near.leak", "east")] == ["market_east"]
    assert suggest(rules, "near.leak", "south") == []


def test_a_leaf_outranks_its_class_and_a_keyword_alone_comes_last():
    rules = [
        a_rule("word", agency="police", keywords=["漏水"]),
        a_rule("class", agency="market", categories=["near"]),
        a_rule("leaf", agency="enforcement", categories=["near.leak"]),
    ]
    found = suggest(rules, "near.leak", None, "漏水")
    assert [s.agency_code for s in found] == ["enforcement", "market", "police"]


def test_two_rules_for_one_office_make_one_suggestion_with_both_duties():
    rules = [a_rule("a", agency="market", categories=["near"]), a_rule("b", agency="market", keywords=["漏水"])]
    (found,) = suggest(rules, "near.leak", None, "漏水")
    assert found.reasons[-2:] == ["a的职责", "b的职责"]


def test_a_rule_for_some_places_is_silent_elsewhere():
    rules = [a_rule("r", agency="market", categories=["near"], places=["east"])]
    assert suggest(rules, "near.leak", "g3")
    assert suggest(rules, "near.leak", "south") == []
    assert suggest(rules, "near.leak") == []


def test_no_keyword_and_no_catch_all_sends_a_protected_matter_anywhere():
    rules = [
        a_rule("all", agency="market", categories=["*"]),
        a_rule("word", agency="enforcement", keywords=["动手"]),
        a_rule("guard", agency="police", categories=["guard"]),
    ]
    assert [s.agency_code for s in suggest(rules, "guard.home", "g3", "他动手")] == ["police"]


def test_an_office_complained_of_and_what_stands_under_it_is_never_suggested():
    rules = [
        a_rule("a", at="branch", under="enforcement", categories=["near"]),
        a_rule("b", agency="enforcement", categories=["near"]),
        a_rule("c", agency="market", categories=["near"]),
    ]
    found = suggest(rules, "near.leak", "g3", exclude=["enforcement"])
    assert [s.agency_code for s in found] == ["market"]


def test_the_catch_all_answers_for_a_matter_without_category():
    (found,) = suggest([a_rule("all", at="governance_office", categories=["*"])], None, "south")
    assert found.agency_code == "south_office"
    assert found.reasons == ["all的职责"]


def test_a_rule_for_an_unknown_agency_is_passed_over():
    assert suggest([a_rule("r", agency="gone", categories=["near"])], "near.leak") == []


def test_reasons_come_in_the_readers_language():
    from django.utils.translation import override

    with override("en"):
        (found,) = suggest([a_rule("r", agency="market", categories=["near"])], "near.leak")
    assert found.reasons == ["Neighbours · Leak", "r"]


def test_paths_are_dotted_from_the_root():
    assert paths(AGENCIES)["river"] == "county.east.river"
