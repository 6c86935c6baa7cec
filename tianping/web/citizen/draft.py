"""A report on its way: kept in the session until it is sent, so that going back or losing the line loses nothing."""

import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SESSION = "draft"
YES_NO = [("no", _("没有")), ("yes", _("有"))]


class Question(forms.Form):
    use_required_attribute = False


class SafetyForm(Question):
    urgent = forms.ChoiceField(
        label=_("有没有下面这些情况？"),
        choices=[
            ("no", _("都没有")),
            ("danger", _("有人受伤，或者马上有危险")),
            ("violence", _("家里或身边有人动手")),
            ("minor", _("涉及不满十八岁的孩子")),
            ("office", _("要反映某个单位的问题")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一项")},
    )


class StoryForm(Question):
    description = forms.CharField(
        label=_("请说说发生了什么事"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=5000,
        error_messages={"required": _("请写几个字，说说是什么事"), "max_length": _("太长了，请分成两件来说")},
    )


class PlaceForm(Question):
    place = forms.CharField(
        label=_("在哪里"),
        max_length=200,
        required=False,
        help_text=_("小区和楼号，村和组，或者附近的店名"),
    )
    lat = forms.CharField(widget=forms.HiddenInput, required=False)
    lon = forms.CharField(widget=forms.HiddenInput, required=False)
    accuracy = forms.CharField(widget=forms.HiddenInput, required=False)


class ContactForm(Question):
    reporter_name = forms.CharField(label=_("怎么称呼您"), max_length=40, required=False)
    reporter_phone = forms.CharField(
        label=_("电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("只有办事的人看得到。不留电话，就只能凭查询码查进度。"),
    )


class SendForm(Question):
    pass


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    form: type[Question]
    question: Any
    hint: Any
    short: Any  # how the button before it names it
    fields: tuple[str, ...]


PAGES: tuple[Page, ...] = (
    Page("safety", SafetyForm, _("事情急不急"), _("先问一句，好让合适的人来办。"), _("急不急"), ("urgent",)),
    Page(
        "story",
        StoryForm,
        _("请说说发生了什么事"),
        _("什么时候、在哪里、怎么了。想到哪说到哪，不用写得好。"),
        _("什么事"),
        ("description",),
    ),
    Page(
        "place", PlaceForm, _("在哪里"), _("说得出地点，就能找到管这一片的人。"), _("在哪里"), ("place", "lat", "lon")
    ),
    Page(
        "contact",
        ContactForm,
        _("怎么联系您"),
        _("可以不留。留了电话，有进展会通知您。"),
        _("怎么联系您"),
        ("reporter_name", "reporter_phone"),
    ),
    Page("check", SendForm, _("看一遍，没错就交"), "", _("看一遍"), ()),
)
BY_NAME = {p.name: n for n, p in enumerate(PAGES)}


def load(request: HttpRequest) -> dict[str, Any]:
    """The draft of this session; a new one has a key of its own, so that sending twice is one report."""
    found: dict[str, Any] = request.session.get(SESSION) or {"key": secrets.token_urlsafe(24), "files": []}
    return found


def save(request: HttpRequest, draft: dict[str, Any]) -> None:
    request.session[SESSION] = draft


def drop(request: HttpRequest) -> None:
    request.session.pop(SESSION, None)


def as_report(draft: dict[str, Any]) -> dict[str, Any]:
    """The draft as the START step's form takes it."""
    form: dict[str, Any] = {
        k: draft[k] for k in ("description", "place", "reporter_name", "reporter_phone") if draft.get(k)
    }
    form["title"] = first_words(draft.get("description", ""))
    form["channel"] = "mobile"
    if draft.get("lon") and draft.get("lat"):
        form["point"] = f"{draft['lon']},{draft['lat']}"
    if draft.get("urgent") in {"danger", "violence", "minor"}:
        form[draft["urgent"]] = "true"
    if draft.get("office"):
        form["complained_agency"] = draft["office"]
    if draft.get("files"):
        form["files"] = [f["id"] for f in draft["files"]]
    return form


def first_words(text: str, most: int = 30) -> str:
    """A title from the first sentence: nobody is asked for one."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    for mark in "。！？；!?;":
        line = line.partition(mark)[0]
    return line if len(line) <= most else line[: most - 1] + "…"
