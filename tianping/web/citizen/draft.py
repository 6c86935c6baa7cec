"""A report on its way: kept in the session until it is sent, so that going back or losing the line loses nothing."""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tianping.kernel.parties.identifiers import IdentifierError, normalise_phone

SESSION: Final = "draft"
KEPT: Final = 6000  # characters of one answer that are kept, right or wrong
FAR: Final = 500  # metres: a phone that knows its place no better than this does not decide which grid it is
URGENT: Final = ("danger", "violence", "minor")
DANGERS: Final = frozenset({"danger", "violence"})


class Question(forms.Form):
    use_required_attribute = False


class SafetyForm(Question):
    cases = forms.MultipleChoiceField(
        label=_("有没有下面这些情况？"),
        required=False,
        choices=[
            ("danger", _("有人受伤，或者马上有危险")),
            ("violence", _("家里或身边有人动手")),
            ("minor", _("涉及不满十八岁的孩子")),
            ("office", _("要反映某个单位的问题")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )


class OfficeForm(Question):
    office = forms.ChoiceField(
        label=_("哪个单位"),
        choices=[],
        error_messages={"required": _("请选是哪个单位"), "invalid_choice": _("请从名单里选一个单位")},
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
        error_messages={"max_length": _("太长了，写小区和楼号就够了")},
    )
    lat = forms.CharField(widget=forms.HiddenInput, required=False)
    lon = forms.CharField(widget=forms.HiddenInput, required=False)
    accuracy = forms.CharField(widget=forms.HiddenInput, required=False)


class ContactForm(Question):
    reporter_name = forms.CharField(
        label=_("怎么称呼您"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    reporter_phone = forms.CharField(
        label=_("您的电话"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_(
            "留了，有进展通知您，也能看到答复的内容。不留，凭查询码只看得到办到哪一步，答复要打电话或者到窗口问。"
        ),
    )
    other_name = forms.CharField(
        label=_("对方是谁"), max_length=80, required=False, help_text=_("和人有争执才写。您写了什么，对方看不到。")
    )

    def clean_reporter_phone(self) -> str:
        phone = str(self.cleaned_data["reporter_phone"]).strip()
        try:
            return normalise_phone(phone) if phone else ""
        except IdentifierError as error:
            raise forms.ValidationError(gettext(str(error))) from error


class SendForm(Question):
    key = forms.CharField(widget=forms.HiddenInput, required=False)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the report. `number` counts from 1; a page that is asked only sometimes shares its neighbour's."""

    name: str
    number: int
    form: type[Question]
    question: Any
    hint: Any
    short: Any  # how the button before it names it
    fields: tuple[str, ...] = ()


PAGES: Final[dict[str, Page]] = {
    p.name: p
    for p in (
        Page(
            "safety",
            1,
            SafetyForm,
            _("有没有下面这些情况？"),
            _("有就勾上，都没有就直接往下走。"),
            _("急不急"),
            ("cases",),
        ),
        Page("danger", 1, Question, _("先打电话，马上有人来"), "", _("先打电话")),
        Page(
            "office",
            1,
            OfficeForm,
            _("要反映哪个单位"),
            _("您反映的事不会交给这个单位办，它也看不到。"),
            _("哪个单位"),
            ("office",),
        ),
        Page(
            "story",
            2,
            StoryForm,
            _("请说说发生了什么事"),
            _("什么时候、在哪里、怎么了。想到哪说到哪，不用写得好。"),
            _("什么事"),
            ("description",),
        ),
        Page(
            "place",
            3,
            PlaceForm,
            _("在哪里"),
            _("说得出地点，就能找到管这一片的人。"),
            _("在哪里"),
            ("place", "lat", "lon", "accuracy"),
        ),
        Page(
            "contact",
            4,
            ContactForm,
            _("怎么联系您"),
            _("都可以不留。姓名和电话加密保存，只有办事的人看得到。"),
            _("怎么联系您"),
            ("reporter_name", "reporter_phone", "other_name"),
        ),
        Page("check", 5, SendForm, _("看一遍，没错就交"), "", _("看一遍")),
    )
}
TOTAL: Final = 5


def load(request: HttpRequest) -> dict[str, Any]:
    """The draft of this session; a new one has a key of its own, so that sending twice is one report."""
    if SESSION not in request.session:
        save(request, {"key": secrets.token_urlsafe(24), "files": [], "cases": []})
    found: dict[str, Any] = request.session[SESSION]
    return found


def save(request: HttpRequest, draft: dict[str, Any]) -> None:
    request.session[SESSION] = draft


def drop(request: HttpRequest) -> None:
    request.session.pop(SESSION, None)


def road(draft: dict[str, Any]) -> list[str]:
    """The pages of this report in order: the telephone and the office only for whom they are."""
    cases = set(draft.get("cases", ()))
    skipped = {"danger"} if not cases & DANGERS else set()
    skipped |= {"office"} if "office" not in cases else set()
    return [name for name in PAGES if name not in skipped]


def beside(draft: dict[str, Any], name: str, by: int) -> str:
    """The page `by` pages further on; "" before the first and after the last."""
    pages = road(draft)
    at = pages.index(name) + by if name in pages else 0
    return pages[at] if 0 <= at < len(pages) else ""


def storage_key(draft: dict[str, Any], page: Page) -> str:
    """Under which the phone keeps what is typed on a page; "" where nothing is typed."""
    return f"{draft['key'][:12]}-{page.name}" if page.fields and page.name not in {"safety", "office"} else ""


def point(draft: dict[str, Any]) -> str:
    """`lon,lat` in degrees, or "" when the phone gave none or does not know it well enough.

    The phone speaks WGS-84; CGCS2000 differs by less than a metre, so it is taken as it is.
    """
    lon, lat, accuracy = (draft.get(name) or "" for name in ("lon", "lat", "accuracy"))
    if not lon or not lat or (accuracy.isdecimal() and int(accuracy) > FAR):
        return ""
    return f"{lon},{lat}"


def as_report(draft: dict[str, Any]) -> dict[str, Any]:
    """The draft as the START step's form takes it."""
    told = ("description", "place", "reporter_name", "reporter_phone", "other_name")
    form: dict[str, Any] = {k: draft[k] for k in told if draft.get(k)}
    form["channel"] = "mobile"
    if found := point(draft):
        form["point"] = found
    cases = set(draft.get("cases", ()))
    form |= {case: "yes" for case in URGENT if case in cases}
    if "office" in cases and draft.get("office"):
        form["complained_agency"] = draft["office"]
    if draft.get("files"):
        form["files"] = [f["id"] for f in draft["files"]]
    return form
