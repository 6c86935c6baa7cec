"""The components render without a database, speak both languages and keep within their weight."""

import hashlib
import json
import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from tests.web.gallery import PAGES, gallery
from tianping.web.templatetags import tianping_web as tags
from tianping.web.templatetags._icons import ICONS, SHAPES
from tianping.web.templatetags._terms import bar_runs, moment_runs

STATIC = Path(__file__).parents[2] / "tianping/web/static/web"
PARTS = Path(__file__).parents[2] / "tianping/web/templates/web/components"
VOID = {"meta", "link", "input", "img", "hr", "br"}


class Page(HTMLParser):
    """Ids, references between elements, unclosed or crossed tags, and inline style or script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wanted: list[str] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"unclosed {t}" for t in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in known:
            self.ids.append(known["id"] or "")
        for name in ("for", "aria-labelledby", "aria-describedby", "form"):
            self.wanted += (known.get(name) or "").split()
        self.faults += [f"{tag} has {n}" for n, _ in attrs if n == "style" or n.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in known):
            self.faults.append(f"inline {tag}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"crossed {tag}")


@pytest.fixture
def demo(settings):
    """The gallery's own template stands among the tests."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [str(Path(__file__).parent / "templates")]}]
    return settings


def page(name: str, **query: str) -> str:
    return gallery(RequestFactory().get("/", {"page": name} | query)).content.decode()


def at(days: int, hour: int = 12) -> datetime:
    day = timezone.localdate() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.get_default_timezone())


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize("query", [{}, {"elder": "24"}, {"elder": "40"}, {"theme": "dark"}, {"lang": "en"}], ids=str)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_without_database_and_inline_code(demo, name, query) -> None:
    parsed = Page(page(name, **query))
    assert parsed.faults == []
    assert len(parsed.ids) == len(set(parsed.ids))
    known = set(parsed.ids) | ({"drawer-title"} if name != "drawer" else set())  # a drawer is filled later
    assert set(parsed.wanted) <= known


def test_the_server_sets_elder_theme_and_language(demo) -> None:
    assert '<html lang="zh-CN" data-elder="30">' in page("home", elder="30")
    assert '<html lang="en" data-theme="dark">' in page("home", lang="en", theme="dark")


def test_elder_and_language_are_buttons_that_come_back_to_the_page(demo) -> None:
    html = page("receipt")
    assert re.search(r'name="next" value="/[^"]*[?]page=receipt"', html)
    assert 'name="elder" value="24"' in html
    assert 'name="lang" value="en"' in html


def test_in_a_step_the_switches_send_what_was_written(demo) -> None:
    html = page("step")
    assert re.findall(r'form="step" name="_go" value="(\w+)"', html) == ["back", "lang", "elder"]


def test_enter_in_a_step_goes_on_and_not_back(demo) -> None:
    first = re.search(r"<button[^>]+>", page("place"))
    assert first
    assert "name=" not in first[0]
    assert 'form="step"' in first[0]


@pytest.mark.parametrize("name", ["home", "step", "wrong", "place", "receipt", "progress"])
def test_a_citizen_page_loads_nothing_of_the_desk(demo, name) -> None:
    local = re.findall(r'(?:href|src)="/static/web/([^"]+\.(?:css|js))"', page(name))
    assert local
    assert not any("htmx" in f or "desk" in f for f in local)


def test_every_component_says_what_it_needs() -> None:
    for file in PARTS.glob("*.html"):
        assert re.match(r"\{% comment %\}.+?(Context|Who|All)", file.read_text(encoding="utf-8"), re.DOTALL), file.name


def test_the_vendored_files_are_those_of_the_list() -> None:
    listed = dict(
        re.findall(r"^\| `([^`]+)`.*`([0-9a-f]{64})`", (STATIC / "vendor/VENDOR.md").read_text(), re.MULTILINE)
    )
    found = {str(p.relative_to(STATIC / "vendor")) for p in STATIC.glob("vendor/**/*.js")}
    assert found == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest


def test_htmx_is_configured_without_eval_and_swaps_a_refused_form(demo) -> None:
    found = re.search(r"""name="htmx-config" content='([^']+)'""", page("worklist"))
    assert found
    config = json.loads(found[1])
    assert config["allowEval"] is config["includeIndicatorStyles"] is False
    assert config["disableInheritance"] is True
    assert {"code": "422", "swap": True} in config["responseHandling"]


def test_only_one_button_of_a_bar_is_filled_and_a_blocked_one_says_why() -> None:
    steps = [{"label": "答复", "url": "/a", "fill": True}, {"label": "结案", "blocked": "还没有答复"}]
    source = '{% include "web/components/buttons.html" with id="t" steps=steps others=none only %}'
    html = Template(source).render(Context({"steps": steps, "none": []}))
    assert html.count("btn fill") == 1
    reason = re.search(r'aria-disabled="true" aria-describedby="([^"]+)"', html)
    assert reason
    assert f'id="{reason[1]}">还没有答复' in html


@pytest.mark.parametrize(
    ("value", "state", "text"),
    [
        ({"at": at(-2)}, "overdue", "逾期2天"),
        ({"remaining": -3}, "overdue", "逾期3个工作日"),
        ({"remaining": -5, "unit": "hour"}, "overdue", "逾期5小时"),
        ({"remaining": 1, "at": at(1)}, "soon", "明天"),
        ({"remaining": 1, "at": at(3)}, "soon", "1个工作日"),
        (3, "", "3个工作日"),
        ({"remaining": 4, "unit": "day"}, "", "4天"),
        ({"remaining": 3, "held": "等鉴定"}, "suspended", "暂停：等鉴定"),
        ({"remaining": 3, "held": ""}, "suspended", "暂停"),
        ({"at": timezone.localdate()}, "soon", "今天"),
        (SimpleNamespace(remaining=2, unit="workday", at=None, held=None), "", "2个工作日"),
    ],
)
def test_what_is_left_is_said_with_a_shape_and_a_word(value, state, text) -> None:
    html = tags.due(value)
    assert words(html) == text
    assert ("<svg" in html) is (state in SHAPES)
    assert f'class="status {state}"' in html


def test_a_moment_of_today_says_whether_it_passed() -> None:
    now = timezone.localtime()
    passed, coming = now.replace(hour=0, minute=0, second=0), now.replace(hour=23, minute=59, second=59)
    assert words(tags.due({"at": passed})) == "今天00:00已过"
    assert words(tags.due({"at": coming})) == "今天23:59"


def test_nothing_left_to_say_says_nothing() -> None:
    assert tags.due(None) == ""
    assert tags.left(None) == ""


def test_a_header_says_how_much_is_left() -> None:
    assert words(tags.left(3)) == "还有3个工作日"
    assert words(tags.left({"held": "等鉴定"})) == "暂停：等鉴定"


@pytest.mark.parametrize(
    ("form", "chinese", "english"),
    [
        ("full", "2026年11月24日 周二", "24 Nov 2026, Tue"),
        ("short", "11月24日 周二", "24 Nov, Tue"),
        ("day", "11月24日", "24 Nov"),
        ("long", "2026年11月24日", "24 Nov 2026"),
    ],
)
def test_a_date_is_said_as_people_say_it_and_stays_on_one_line(form, chinese, english) -> None:
    day = date(2026, 11, 24)
    html = tags.zh_date(day, form)
    assert words(html) == chinese
    assert html.startswith('<time class="nb" datetime="2026-11-24">')
    with translation.override("en"):
        assert words(tags.zh_date(day, form)) == english


def test_a_moment_is_shown_in_the_county_s_time() -> None:
    late = datetime.fromisoformat("2026-11-24T18:30:00+00:00")
    assert words(tags.zh_date(late)) == "2026年11月25日 周三"
    assert tags.zh_time(late) == "02:30"
    assert tags.zh_time(date(2026, 11, 24)) == ""
    assert tags.zh_date(late, "plain") == "2026年11月25日 周三"


def test_a_timeline_says_today_yesterday_and_the_date() -> None:
    assert words(tags.zh_moment(at(0, 10))) == "今天 10:00"
    assert words(tags.zh_moment(at(-1, 16))) == "昨天 16:00"
    assert words(tags.zh_moment(datetime.fromisoformat("2019-03-01T09:00:00+08:00"))) == "2019年3月1日 周五"
    assert tags.zh_moment(None) == tags.zh_date(None) == tags.zh_time(None) == ""


def test_a_range_says_the_year_once() -> None:
    assert words(tags.daterange(date(2026, 11, 4), date(2026, 11, 27))) == "2026年11月4日至11月27日"
    assert words(tags.daterange(date(2026, 12, 4), date(2027, 1, 2))) == "2026年12月4日至2027年1月2日"
    assert words(tags.daterange(date(2026, 11, 4), None)) == "2026年11月4日起"
    assert words(tags.daterange(None, date(2026, 11, 4))) == "2026年11月4日止"
    assert words(tags.daterange(None, None)) == ""


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("13812342207", "phone", "138****2207"),
        ("330109199001011234", "id", "3301**********1234"),
        ("周桂兰", "name", "周**"),
        ("82001", "phone", "*****"),
        ("", "phone", ""),
        (None, "name", ""),
    ],
)
def test_a_mask_never_shows_more_than_the_ends(value, kind, shown) -> None:
    assert tags.mask(value, kind) == shown


def test_figures_keep_their_unit() -> None:
    assert tags.unit(12345, "件") == '<span class="nb">12,345件</span>'
    with translation.override("en"):
        assert tags.unit(36.4, "m") == '<span class="nb">36.4 m</span>'
    assert tags.nb("<b>") == '<span class="nb">&lt;b&gt;</span>'
    assert tags.percent(5, 20) == 25
    assert tags.percent(30, 20) == 100
    assert tags.percent(None, 20) == tags.percent(3, 0) == 0


def test_the_month_is_filled_from_monday_to_sunday() -> None:
    rows = tags.weeks(
        [{"date": date(2026, 11, 4), "kind": "start"}, {"date": date(2026, 11, 12), "kind": "count", "n": 1}]
    )
    assert [len(r) for r in rows] == [7, 7]
    assert rows[0][0]["date"] == date(2026, 11, 2)
    assert rows[0][2]["kind"] == "start"
    assert rows[1][6] == {"date": date(2026, 11, 15), "kind": "plain"}
    assert tags.weeks([]) == []


def test_the_bar_shows_what_ran_and_what_was_suspended_up_to_the_due_day() -> None:
    today = timezone.localdate()
    kinds = ["start", "count", "held", "held", "count", "count", "count", "count"]
    days = [{"date": today + timedelta(days=i - 5), "kind": k} for i, k in enumerate(kinds)]
    days[-1]["due"] = True
    days += [{"date": today + timedelta(days=3), "kind": "rest"}]
    runs = bar_runs(days)
    assert [(r["kind"], r["x"], r["w"]) for r in runs] == [("ran", 0, 250), ("held", 250, 250), ("ran", 500, 250)]
    assert runs[1]["hatch"].startswith("M250 6L262 0")
    assert bar_runs([]) == []


def test_the_bar_of_a_clock_by_the_hour_shows_what_ran_and_what_stood_still() -> None:
    start = timezone.now()
    at = [start + timedelta(hours=n) for n in range(11)]
    runs = moment_runs(at[0], at[10], [(at[2], at[4])], at[5])
    assert [(r["kind"], r["x"], r["w"]) for r in runs] == [("ran", 0, 500), ("held", 200, 200)]
    still = moment_runs(at[0], None, [(at[3], None)], at[4])
    assert [(r["kind"], r["x"], r["w"]) for r in still] == [("ran", 0, 1000), ("held", 750, 250)]
    assert moment_runs(at[3], at[3], [], at[4]) == []


def test_an_icon_with_a_label_is_read_aloud_and_the_label_is_escaped() -> None:
    assert 'aria-hidden="true"' in tags.icon("chat")
    assert 'role="img" aria-label="&lt;i&gt;"' in tags.icon("chat", "<i>")
    with pytest.raises(KeyError):
        tags.icon("nothing")
    assert all(ICONS.values())


def test_a_status_escapes_its_words() -> None:
    assert "<b>" not in tags.status("overdue", "<b>")
    assert tags.shape("none") == ""


def test_a_qr_code_is_svg_with_a_name() -> None:
    svg = tags.qr("https://qingxi.example/p/X", "查进度的二维码")
    assert 'aria-label="查进度的二维码"' in svg
    size = int(re.search(r'viewBox="0 0 (\d+)', svg)[1])
    assert size in range(21, 178, 4)
    drawn = {(int(x) + i, int(y)) for x, y, w in re.findall(r"M(\d+) (\d+)h(\d+)", svg) for i in range(int(w))}
    corner = {(x, 0) for x in range(7)}
    assert corner <= drawn
    assert (7, 0) not in drawn


def test_form_errors_lead_to_their_fields() -> None:
    class Form(forms.Form):
        name = forms.CharField(error_messages={"required": "请写名字"})
        kind = forms.ChoiceField(
            choices=[("a", "甲")], widget=forms.RadioSelect, error_messages={"required": "请选一个"}
        )

        def clean(self):
            raise forms.ValidationError("这件事已经有人办了")

    lines = tags.form_errors(Form({}))
    assert lines == [
        {"id": "", "text": "这件事已经有人办了"},
        {"id": "id_name", "text": "请写名字"},
        {"id": "id_kind", "text": "请选一个"},
    ]
    assert tags.form_errors(None, [{"id": "x", "text": "y"}]) == [{"id": "x", "text": "y"}]
    assert tags.form_errors(None) == []


def test_a_wrong_field_is_marked_and_tied_to_its_hint_and_error() -> None:
    class Form(forms.Form):
        why = forms.CharField(help_text="写短些", widget=forms.Textarea)
        agree = forms.BooleanField(required=False)

    form = Form({})
    html = Template('{% include "web/components/field.html" with field=field only %}').render(
        Context({"field": form["why"]})
    )
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_why_helptext id_why_error"' in html
    assert "可以不填" not in html
    assert 'class="input"' not in tags.control(form["agree"])
