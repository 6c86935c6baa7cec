import pytest
from pack_shelf import scale, write_pack

from tianping.kernel.packs.reader import PackError, read_pack


def only(problems):
    assert len(problems) == 1, [str(p) for p in problems]
    return problems[0]


def test_an_unknown_field_is_named_by_file_row_and_field(tmp_path):
    pack = read_pack(write_pack(tmp_path, {"event_scale": [scale("01", "个体"), scale("02", "群体", colour="red")]}))
    problem = only(pack.problems)
    assert (problem.file, problem.row, problem.field) == ("event_scale.json", 2, "colour")
    assert "不认识" in problem.reason
    assert [r.code for r in pack.rows("event_scale")] == ["01"]


def test_a_missing_cell_of_a_csv_is_named_by_its_line(tmp_path):
    pack = read_pack(write_pack(tmp_path, {"event_scale": "code,name\n01,个体\n02,\n"}))
    problem = only(pack.problems)
    assert (problem.file, problem.row, problem.field) == ("event_scale.csv", 3, "name")


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ({"code": "01"}, "name", "没填"),
        ({"code": "01", "name": ""}, "name", "空的"),
        ({"code": "01", "name": 3}, "name", "这里要"),
        ({"code": "有空 格", "name": "x"}, "code", "写法不对"),
        ({"code": "01", "name": "x", "effective_from": "明天"}, "effective_from", "2026-11-24"),
        ({"code": "01", "name": "x", "verified": "yes"}, "verified", "没有 'yes' 这个选项"),
        ("01", "", "这里要"),
    ],
)
def test_every_fault_of_a_row_says_what_to_do(tmp_path, row, field, words):
    problem = only(read_pack(write_pack(tmp_path, {"event_scale": [row]})).problems)
    assert problem.field == field
    assert words in problem.reason


def test_a_row_takes_date_source_and_mark_from_the_pack_when_it_has_none(tmp_path):
    row = read_pack(write_pack(tmp_path, {"event_scale": [scale("01", "个体")]})).rows("event_scale")[0]
    assert (row.effective_from.isoformat(), row.source, row.verified) == ("2026-01-01", "测试", "U")


def test_broken_json_is_named_by_its_line(tmp_path):
    folder = write_pack(tmp_path, {"event_scale": []})
    (folder / "event_scale.json").write_text('[\n{"code": "01"\n', encoding="utf-8")
    problem = only(read_pack(folder).problems)
    assert problem.row > 1
    assert "JSON" in problem.reason


def test_a_missing_file_an_unknown_kind_and_a_wrong_encoding_are_said(tmp_path):
    folder = write_pack(tmp_path, {"event_scale": [], "event_type": [], "horoscope": []})
    (folder / "event_scale.json").unlink()
    (folder / "event_type.json").write_bytes("中文".encode("gbk"))
    reasons = " ".join(p.reason for p in read_pack(folder).problems)
    assert "请补上" in reasons
    assert "UTF-8" in reasons
    assert "没有这种数据" in reasons


def test_a_pack_without_a_usable_manifest_is_refused(tmp_path):
    with pytest.raises(PackError, match="没有找到"):
        read_pack(tmp_path)
    (tmp_path / "pack.json").write_text('{"name": "x"}', encoding="utf-8")
    with pytest.raises(PackError, match="title"):
        read_pack(tmp_path)


def test_rows_of_the_clock_are_checked_for_their_key_and_dates_only(tmp_path):
    rows = [{"date": "2026-10-01", "working": False, "x": 1}, {"year": 2026}, {"working": True}, {"date": "国庆"}, 5]
    pack = read_pack(write_pack(tmp_path, {"calendar": rows}))
    assert [i.code for i in pack.items] == ["2026-10-01", "2026"]
    assert [p.row for p in pack.problems] == [3, 4, 5]
    assert pack.rows("calendar")[0]["x"] == 1
