"""Every sentence has its English and every English its sentence."""

import gettext

import pytest

from tools.house import locale

CODE = "from django.utils.translation import gettext as _\n"
PART = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def po(*pairs):
    return PART + "".join(f'msgid "{a}"\nmsgstr "{b}"\n\n' for a, b in pairs)


@pytest.fixture
def told(plant):
    """told(code, template, *parts) → the faults, the merged file being fresh."""

    def _told(code="", template="", **parts):
        files = {"tianping/a.py": code, "tianping/templates/a.html": template}
        tree = plant(files | {f"tianping/locale/parts/{n}.po": t for n, t in parts.items()})
        plant({locale.MERGED: locale.written(locale.merge(tree)[0])})
        return [b.text for b in locale.check(type(tree)(tree.root))]

    return _told


def test_complete_english_passes(told):
    code = CODE + "from django.utils.translation import ngettext\n_('好')\nngettext('%(n)s天', '%(n)s天', 2)\n"
    plural = 'msgid "%(n)s天"\nmsgid_plural "%(n)s天"\nmsgstr[0] "%(n)s day"\nmsgstr[1] "%(n)s days"\n'
    template = '{% load i18n %}{% translate "早" %}{% blocktranslate with n=x %}{{ n }}件{% endblocktranslate %}'
    assert told(code, template, a=po(("好", "Good"), ("早", "Morning"), ("%(n)s件", "%(n)s items")) + plural) == []


@pytest.mark.parametrize("code", [
    "_('没有英文')", "_('没有'\n  '英文')", "from django.utils.translation import gettext_lazy as z\nz('没有英文')",
    "from tianping.kernel.lifecycle.text import gettext_noop as n\nn('没有英文')",
    "from django.utils.translation import pgettext\npgettext('x', '没有英文')", "catalog.gettext('没有英文')",
])  # fmt: skip
def test_a_sentence_without_english_is_found_in_python(told, code):
    assert "没有英文" in "".join(told(CODE + code))


@pytest.mark.parametrize("template", [
    '{% load i18n %}{% translate "没有英文" %}', "{% load i18n %}{% trans '没有英文' as x %}", '{{ _("没有英文") }}',
    "{% load i18n %}{% blocktranslate trimmed %}\n  没有英文\n{% endblocktranslate %}", '{% include "a" with x=_("没有英文") %}',
    "<p>没有英文</p>", '<p title="没有英文">',
])  # fmt: skip
def test_a_sentence_without_english_is_found_in_a_template(told, template):
    assert "没有英文" in "".join(told("", template))


@pytest.mark.parametrize(("part", "fault"), [
    (po(("好", "")), "empty"), (po(("好", "Good"), ("旧", "Old")), "nobody says"),
    (PART + '#, fuzzy\nmsgid "好"\nmsgstr "Good"\n', "fuzzy"), (po(("好", "Good %(n)s")), "placeholders"),
])  # fmt: skip
def test_english_that_is_not_right_is_found(told, part, fault):
    assert fault in "".join(told(CODE + "_('好')", a=part))


def test_a_lost_placeholder_is_found(told):
    assert "placeholders" in "".join(told(CODE + "_('%(n)s天')", a=po(("%(n)s天", "days"))))


def test_two_parts_that_disagree_are_found(told):
    assert "other English" in "".join(told(CODE + "_('好')", a=po(("好", "Good")), b=po(("好", "Fine"))))


def test_a_merged_file_older_than_its_parts_is_found(plant):
    tree = plant(
        {"tianping/a.py": CODE + "_('好')", "tianping/locale/parts/a.po": po(("好", "Good")), locale.MERGED: ""}
    )
    assert "make locale" in "".join(b.text for b in locale.check(tree))


def test_what_is_compiled_speaks_english(plant):
    tree = plant({"tianping/locale/parts/a.po": po(("好", "Good"))})
    plant({locale.MERGED: locale.written(locale.merge(tree)[0])})
    locale.compile_(tree.root)
    with (tree.root / locale.MERGED).with_suffix(".mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("好") == "Good"
