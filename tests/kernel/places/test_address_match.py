import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.places.addresses import AddressBook, KnownPlace, normal


def first(addresses, text):
    found = addresses.match_address(text)
    return found[0].place.address if found else None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("我住滨河花园3栋502，楼上漏水", "城东街道滨河社区滨河花园3幢"),
        ("滨河花园三号楼 502", "城东街道滨河社区滨河花园3幢"),
        ("滨河社区３幢502室", "城东街道滨河社区滨河花园3幢"),
        ("上坪村第二组18号的宅基地", "云台乡上坪村2组18号"),
        ("城东菜场的秤不准", "城东街道建设社区城东农贸市场"),
        ("井盖在三岔口那边", "柳溪镇三岔口村三岔口"),
    ],
)
def test_words_of_a_citizen_find_the_address(addresses, text, address):
    assert normal(first(addresses, text)) == normal(address)


def test_the_longest_name_wins_over_the_estate_and_the_community(addresses):
    best = addresses.match_address("滨河社区的滨河花园2幢")[0]
    assert best.place.address.endswith("滨河花园2幢")
    assert "对上了" in best.reason


def test_an_estate_without_a_building_gives_all_its_buildings_and_asks(addresses):
    found = addresses.match_address("滨河花园里有人养鸡")
    assert len(found) == 5
    assert all("请再问清楚" in c.reason for c in found)


def test_a_community_alone_is_a_candidate_without_a_point(addresses):
    best = addresses.match_address("文昌社区有人吵架")[0]
    assert (best.place.address, best.place.lon) == ("文昌社区", None)
    assert "没说具体位置" in best.reason


def test_words_without_a_known_name_find_nothing(addresses):
    assert addresses.match_address("昨晚没睡好") == []
    assert addresses.match_address("") == []


def test_a_name_of_one_character_is_no_name():
    assert AddressBook([KnownPlace("路", ("弄",))]).match_address("路口弄堂") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("三栋", "3幢"), ("第十二幢", "12幢"), ("二十号楼", "20幢"), ("二十一组", "21组"), ("10幢", "10幢")],
)
def test_numbers_and_buildings_have_one_spelling(written, meant):
    assert normal(written) == meant


@given(st.text())
def test_any_text_is_taken_and_its_normal_form_stays(addresses, text):
    assert len(addresses.match_address(text)) <= 5
    assert normal(normal(text)) == normal(text)


@given(st.data())
def test_every_known_address_finds_itself(addresses, known, data):
    place = data.draw(st.sampled_from(known))
    assert addresses.match_address(f"反映：{place.address}有人占道")[0].place == place
