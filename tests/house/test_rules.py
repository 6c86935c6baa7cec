"""Each rule of the house finds the fault that it is for, and lets a clean file pass."""

import hashlib

import pytest

from tools.house import linters, papers, sizes, templates, views, words

VENDOR = "tianping/web/static/web/vendor"


@pytest.mark.parametrize("code", [
    "Matter.objects.all()", "User._default_manager.get()", "getattr(User, 'objects')", "get_object_or_404(User)",
    "from django.db import connection", "import psycopg", "from tianping.kernel.matters.models import Matter",
    "connections['default'].cursor()\nfrom django.db import connections",
])  # fmt: skip
@pytest.mark.parametrize(
    "file", ["web/desk/a.py", "capabilities/maps/views.py", "capabilities/maps/api.py", "scenes/a/views/b.py"]
)
def test_a_view_that_reads_tables_by_itself_is_found(plant, code, file):
    assert list(views.check(plant({f"tianping/{file}": code})))


def test_what_is_no_view_may_read(plant):
    assert not list(views.check(plant({"tianping/capabilities/maps/tiles.py": "X.objects.all()"})))


def test_a_long_file_is_found_and_data_is_not(plant):
    tree = plant(
        {
            "a.py": "\n" * 401,
            "b.py": "\n" * 400,
            "packs/national/c.md": "\n" * 900,
            "x/migrations/0001_a.py": "\n" * 500,
        }
    )
    assert [b.file for b in sizes.check(tree)] == ["a.py"]


@pytest.mark.parametrize("text", [
    "https://py" + "pi.org/simple", "deb." + "debian.org", "see /ro" + "ot/x/y", "C:\\Us" + "ers\\x",
    "in /wo" + "rk/main/a", "as Cla" + "ude said", "by an L" + "LM", "--index" + "-url x",
])  # fmt: skip
def test_words_that_must_not_stand_are_found(plant, text):
    assert list(words.check(plant({"docs/a.md": f"line\n{text}\n"})))


@pytest.mark.parametrize(
    "text", ["the next session of the table", "/var/lib/tianping/keys", "a machine-readable list", "web/home/x.html"]
)
def test_words_that_only_look_so_pass(plant, text):
    assert not list(words.check(plant({"docs/a.md": text})))


@pytest.mark.parametrize("text", [
    "<script>x()</script>", '<p style="color:red">', "<style>p{}</style>", '<a onclick="x()">', '<a href="javascript:x">',
    '<img src="https://a.example/x.png">', "{% autoescape off %}", "{{ x|safe }}", '<script src="//a.example/x.js"></script>',
])  # fmt: skip
def test_a_template_that_the_security_policy_would_break_is_found(plant, text):
    assert list(templates.check(plant({"tianping/web/templates/a.html": f"<p>x</p>\n{text}"})))


def test_a_clean_template_passes(plant):
    text = '{# style= #}<script src="{% static \'a.js\' %}"></script><script type="application/json">{}</script><a href="/x">x</a>'
    assert not list(templates.check(plant({"tianping/web/templates/a.html": text})))


def test_a_vendored_file_is_compared_with_its_list(plant):
    listed = f"| `a.js` | p | l | `{hashlib.sha256(b'a').hexdigest()}` |\n| `gone.js` | p | l | `{'0' * 64}` |\n"
    tree = plant({f"{VENDOR}/VENDOR.md": listed, f"{VENDOR}/a.js": "b", f"{VENDOR}/new.js": "c"})
    assert {b.text.split(",")[0].split(" in ")[0] for b in templates.check(tree)} == {
        "differs from its SHA-256", "names gone.js", "is not listed",
    }  # fmt: skip


@pytest.mark.parametrize("said", [
    "`tianping.a.gone`", "`tianping.a.f.g`", "`tianping.a.C.missing`", "`tianping/b.py`", "`make nothing`", "`tianping.gone()`",
])  # fmt: skip
def test_a_page_that_names_what_is_not_there_is_found(plant, said):
    tree = plant(
        {
            "tianping/a.py": "def f(): ...\nclass C:\n    x = 1\n",
            "Makefile": "test:\n",
            "docs/flows/a.md": f"# A\n{said}\n",
        }
    )
    (found,) = papers.check(tree)
    assert found.line == 2


def test_a_page_that_names_what_is_there_passes(plant):
    text = "`tianping.a.f` `tianping.a.f(x)` `tianping.a.C.x` `tianping/a.py` `a.py` `make test` `SELECT 1` `tianping`"
    tree = plant(
        {"tianping/a.py": "def f(): ...\nclass C:\n    x = 1\n", "Makefile": "test:\n", "docs/flows/a.md": text}
    )
    assert not list(papers.check(tree))


@pytest.mark.parametrize(("name", "head"), [
    ("0002-b.md", "- status: accepted"), ("0002-b.md", "- date: 2026-11-24"), ("0002-b.md", "- date: 2026-13-24\n- status: accepted"),
    ("0002-b.md", "- date: 2026-11-24\n- status: perhaps"), ("b.md", "- date: 2026-11-24\n- status: accepted"),
    ("0001-b.md", "- date: 2026-11-24\n- status: accepted"),
])  # fmt: skip
def test_a_decision_without_number_date_or_standing_is_found(plant, name, head):
    good = "# A\n- date: 2026-11-24\n- status: accepted\n"
    assert len(list(papers.check(plant({"docs/adr/0001-a.md": good, f"docs/adr/{name}": f"# B\n{head}\n"})))) == 1


@pytest.mark.parametrize(
    "comment", ["# type" + ": ignore", "# no" + "qa", "# ruff" + ": noqa", "# mypy" + ": ignore-errors"]
)
def test_an_exemption_without_its_code_is_found(plant, comment):
    assert list(linters.no_way_round(plant({"tianping/a.py": f"x = 1  {comment}\n"})))


def test_an_exemption_with_its_code_passes(plant):
    assert not list(linters.no_way_round(plant({"tianping/a.py": "x = 1  # type: ignore[misc]  # noqa: E501\n"})))


@pytest.mark.parametrize("files", [
    {"mypy-baseline.txt": ""}, {"pyproject.toml": "[tool.mypy]\nstrict = false\n"},
    {"pyproject.toml": "[tool.mypy]\nstrict = true\n[[tool.mypy.overrides]]\nmodule = 'a'\nignore_errors = true\n"},
])  # fmt: skip
def test_a_way_round_mypy_is_found(plant, files):
    assert list(linters.no_way_round(plant(files)))


LAYERS = """
[tool.importlinter]
root_package = "tianping"
[[tool.importlinter.contracts]]
name = "one way"
type = "layers"
layers = ["web", "kernel"]
containers = ["tianping"]
[[tool.importlinter.contracts]]
name = "scenes"
type = "independence"
modules = ["tianping.scenes.*"]
[tool.ruff]
[tool.mypy]
strict = true
files = ["tianping"]
"""
FRAME = {
    "pyproject.toml": LAYERS,
    **{f"tianping/{p}__init__.py": "" for p in ("", "web/", "kernel/", "scenes/", "scenes/a/", "scenes/b/")},
}


@pytest.mark.parametrize(("file", "code"), [
    ("tianping/kernel/x.py", "import tianping.web\n"), ("tianping/scenes/a/x.py", "import tianping.scenes.b\n"),
])  # fmt: skip
def test_an_import_the_wrong_way_is_found(plant, file, code):
    assert not list(linters.imports(plant(FRAME)))
    assert list(linters.imports(plant({file: code})))


@pytest.mark.parametrize(("rule", "file", "code"), [
    (linters.ruff, "tianping/a.py", "import os\n"), (linters.layout, "tianping/a.py", "x  =  1\n"),
    (linters.mypy, "tianping/a.py", "x: int = 'a'\n"), (linters.djlint, "tianping/a.html", "<img>\n"),
])  # fmt: skip
def test_a_linter_reports_file_and_line(plant, rule, file, code):
    assert [b.file for b in rule(plant({**FRAME, file: code}))][:1] == [file]
