from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianping.kernel.parties.identifiers import (
    IdentifierError,
    IdNumber,
    check_id_number,
    check_uscc,
    mask_id,
    mask_name,
    mask_phone,
    normalise_name,
    normalise_phone,
)

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_FRONTS = st.tuples(st.integers(110000, 659999), st.dates(date(1900, 1, 1)), st.integers(0, 999)).map(
    lambda parts: f"{parts[0]}{parts[1]:%Y%m%d}{parts[2]:03}",
)
USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_check(front):
    return front + "10X98765432"[sum(int(d) * w for d, w in zip(front, WEIGHTS, strict=True)) % 11]


class TestIdNumber:
    @pytest.mark.parametrize(
        ("text", "birth", "region"),
        [
            ("11010519491231002X", date(1949, 12, 31), "110105"),
            ("440524188001010014", date(1880, 1, 1), "440524"),
            ("１１０１０５１９４９１２３１００２ｘ", date(1949, 12, 31), "110105"),
            (" 110105 19491231-002x\n", date(1949, 12, 31), "110105"),
        ],
    )
    def test_a_good_number_gives_birth_and_region(self, text, birth, region):
        told = check_id_number(text)
        assert (told.birth, told.region, len(told.number)) == (birth, region, 18)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("110105491231002", "15 位"),
            ("", "18 位"),
            ("11010519491231002", "18 位"),
            ("11010519491231002XX", "18 位"),
            ("1101051949123100XX", "前 17 位只有数字"),
            ("11010519491231002A", "前 17 位只有数字"),
            ("११०१०५१९४९१२३१००२X", "前 17 位只有数字"),
            ("110105194902300023", "出生日期"),
            ("110105000001010023", "出生日期"),
            ("110105194912310021", "校验位"),
        ],
    )
    def test_a_bad_number_is_refused_with_what_to_do(self, text, sentence):
        with pytest.raises(IdentifierError, match=sentence) as refused:
            check_id_number(text)
        assert "请" in str(refused.value)
        assert not text or text not in str(refused.value)

    @given(ID_FRONTS, st.integers(0, 16), st.integers(1, 9))
    def test_one_wrong_digit_is_always_found(self, front, at, by):
        good = with_check(front)
        assert check_id_number(good).number == good
        wrong = good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :]
        with pytest.raises(IdentifierError):
            check_id_number(wrong)

    @given(ID_FRONTS, st.integers(0, 15))
    def test_two_neighbours_that_changed_places_are_found(self, front, at):
        good = with_check(front)
        wrong = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
        if wrong != good:
            with pytest.raises(IdentifierError):
                check_id_number(wrong)

    def test_the_sex_is_nowhere_and_nothing_prints_by_itself(self):
        assert set(IdNumber.__slots__) == {"number", "birth", "region"}
        told = check_id_number("11010519491231002X")
        assert "1949" not in repr(told)
        assert "1101" not in f"{told}"


class TestUscc:
    @pytest.mark.parametrize(
        "text", ["91350100M000100Y43", "9144030071526726XG", "91350100m000100y43", "９１３５０１００ M000100Y43"]
    )
    def test_a_good_code_is_normalised(self, text):
        assert check_uscc(text) in {"91350100M000100Y43", "9144030071526726XG"}

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("91350100M000100Y4", "18 位"),
            ("91350100M000100Y433", "18 位"),
            ("9135O100M000100Y43", "不用 I、O、S、V、Z"),
            ("91350100M000100Y4天", "不用 I、O、S、V、Z"),
            ("91350100M000100Y44", "校验位"),
        ],
    )
    def test_a_bad_code_is_refused_with_what_to_do(self, text, sentence):
        with pytest.raises(IdentifierError, match=sentence):
            check_uscc(text)

    @given(st.integers(0, 17), st.sampled_from(USCC))
    def test_one_wrong_character_is_always_found(self, at, other):
        good = "91350100M000100Y43"
        wrong = good[:at] + other + good[at + 1 :]
        if wrong != good:
            with pytest.raises(IdentifierError):
                check_uscc(wrong)

    def test_the_check_of_zero_is_zero(self):
        assert check_uscc("0" * 18) == "0" * 18


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("13800138000", "13800138000"),
            ("138 0013 8000", "13800138000"),
            ("138-0013-8000", "13800138000"),
            ("１３８００１３８０００", "13800138000"),
            ("+86 138 0013 8000", "13800138000"),
            ("＋８６-13800138000", "13800138000"),
            ("008613800138000", "13800138000"),
            ("8613800138000", "13800138000"),
            ("013800138000", "13800138000"),
            ("0717-1234567", "07171234567"),
            ("（0717）1234567", "07171234567"),
            ("0717—1234567", "07171234567"),
            ("+86 717 1234567", "07171234567"),
            ("+86 0717 1234567", "07171234567"),
            ("010-12345678", "01012345678"),
            ("+86 10 1234.5678", "01012345678"),
            ("0086 27 12345678", "02712345678"),
            ("0571 12345678", "057112345678"),
        ],
    )
    def test_every_way_of_writing_gives_one_number(self, text, number):
        assert normalise_phone(text) == number
        assert normalise_phone(number) == number

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "只填数字"),
            ("家里电话", "只填数字"),
            ("0717-1234567转8", "只填数字"),
            ("+1 202 555 0100", "境外"),
            ("1234567", "手机号应是 11 位"),
            ("12800138000", "手机号应是 11 位"),
            ("1380013800", "手机号应是 11 位"),
            ("138001380000", "手机号应是 11 位"),
            ("2234567", "带区号"),
            ("82345678", "带区号"),
            ("071712345", "不完整"),
            ("010-1234567", "不完整"),
            ("99", "不完整"),
            ("+86", "不完整"),
        ],
    )
    def test_what_cannot_be_called_is_refused_with_what_to_do(self, text, sentence):
        with pytest.raises(IdentifierError, match=sentence):
            normalise_phone(text)

    @given(st.text(max_size=20))
    def test_any_text_gives_a_number_or_a_sentence(self, text):
        try:
            told = normalise_phone(text)
        except IdentifierError as refused:
            told = str(refused)
        assert "请" in told or (told.isascii() and told.isdigit())


class TestName:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("王小明", "王小明"),
            (" 王 芳　", "王芳"),
            ("王　小　明", "王小明"),
            ("王\u200b小明\ufeff", "王小明"),
            ("John   Smith", "John Smith"),
            ("买买提・艾山", "买买提·艾山"),
            ("买买提 • 艾山", "买买提·艾山"),
            ("买买提･艾山", "买买提·艾山"),
            ("青溪县（城关）供销社", "青溪县(城关)供销社"),
            ("e\u200b\u0301", "é"),
        ],
    )
    def test_every_way_of_writing_gives_one_name(self, text, name):
        assert normalise_name(text) == name

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [("", "请填"), (" \u200b　", "请填"), ("··", "请填"), ("王\0", "看不见"), ("\ud800", "看不见")],
    )
    def test_what_is_no_name_is_refused(self, text, sentence):
        with pytest.raises(IdentifierError, match=sentence):
            normalise_name(text)

    @given(st.text(max_size=12))
    def test_normalising_twice_changes_nothing(self, text):
        try:
            name = normalise_name(text)
        except IdentifierError:
            return
        assert normalise_name(name) == name


class TestMasks:
    @pytest.mark.parametrize(
        ("number", "shown"),
        [
            ("13800138000", "138****8000"),
            ("07171234567", "0717*****67"),
            ("01012345678", "010******78"),
            ("057112345678", "0571******78"),
            ("12345", "*****"),
            ("", ""),
        ],
    )
    def test_a_phone_keeps_its_ends(self, number, shown):
        assert mask_phone(number) == shown

    def test_an_id_number_hides_birth_and_serial(self):
        assert mask_id("11010519491231002X") == "110105***********X"
        assert mask_id("123") == "***"

    @pytest.mark.parametrize(
        ("name", "shown"), [("王芳", "王*"), ("王小明", "王**"), ("买买提·艾山", "买**"), ("王", "*"), ("", "")]
    )
    def test_a_name_keeps_its_first_character(self, name, shown):
        assert mask_name(name) == shown
