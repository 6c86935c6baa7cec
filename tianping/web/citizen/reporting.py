"""Reporting, one thing a page, without an account and without script."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.capabilities.notices.languages import speak_to_reporters
from tianping.kernel.service import RefusedError, first_words, offices, report
from tianping.web.accounts.asking import elder_size
from tianping.web.accounts.prefs import remember
from tianping.web.choices import english
from tianping.web.citizen import draft as drafts
from tianping.web.citizen import photos
from tianping.web.citizen.receipt import CODE, SENT, was_sent
from tianping.web.citizen.where import patch
from tianping.web.files.views import uploader
from tianping.web.forms import said, sentences
from tianping.web.limits import REPORTS

# Which page asks for a field of the START step's form; the rest is asked nowhere and belongs to the whole.
ASKED_ON = {field: page.name for page in drafts.PAGES.values() for field in page.fields} | {
    "complained_agency": "office",
    "point": "place",
    "files": "story",
}
OWN_TEMPLATE = frozenset({"danger", "check"})


def _to(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("citizen:step", args=[name]))


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str = "safety") -> HttpResponse:
    """One page: what was written is kept first, then it goes on, back or elsewhere."""
    page = drafts.PAGES.get(name)
    draft = drafts.load(request)
    if page is None or name not in drafts.road(draft):
        return HttpResponseRedirect(reverse("citizen:report"))
    if request.method == "GET":
        if name == "check" and not draft.get("description"):
            return HttpResponseRedirect(reverse("citizen:receipt")) if request.session.get(SENT) else _to("story")
        if request.GET.get("about") == "dispute":
            drafts.save(request, draft | {"dispute": True})
            return HttpResponseRedirect(request.path)
        return _show(request, page, _form(page, draft), draft)
    if name == "check" and was_sent(request, request.POST.get("key", "")):
        return HttpResponseRedirect(reverse("citizen:receipt"))
    return _sent(request, page, draft)


def _sent(request: HttpRequest, page: drafts.Page, draft: dict[str, Any]) -> HttpResponse:
    form = _form(page, draft, request.POST)
    fault = _keep(request, page, draft)
    drafts.save(request, draft)
    if fault:
        form.add_error(None, fault)
        return _show(request, page, form, draft, 422)
    if (going := _elsewhere(request, page, draft)) is not None:
        return going
    if not form.is_valid():
        return _show(request, page, form, draft, 422)
    if page.name == "check":
        return _send(request, draft, page)
    return _to(drafts.beside(draft, page.name, 1))


def _form(page: drafts.Page, draft: dict[str, Any], data: Any = None) -> drafts.Question:
    form = page.form(data, initial=draft, label_suffix="")
    if isinstance(form, drafts.OfficeForm):
        names = [(o.path, o.name_en if english() and o.name_en else o.name) for o in offices(settings.JURISDICTION)]
        form.fields["office"].choices = [("", _("请选择")), *names]  # type: ignore[attr-defined]
    return form


def _keep(request: HttpRequest, page: drafts.Page, draft: dict[str, Any]) -> str:
    """Everything that was written is kept, right or wrong. A sentence when a picture could not be."""
    for field in page.fields:
        if field == "cases":
            known = dict(drafts.SafetyForm.base_fields["cases"].choices)  # type: ignore[attr-defined]
            draft[field] = [case for case in request.POST.getlist(field) if case in known]
        else:
            draft[field] = request.POST.get(field, "").strip()[: drafts.KEPT]
    if page.name != "story":
        return ""
    if gone := request.POST.get("_remove"):
        draft["files"] = [f for f in draft["files"] if f["id"] != gone]
    return photos.take(request, uploader(request), draft["files"])


def _elsewhere(request: HttpRequest, page: drafts.Page, draft: dict[str, Any]) -> HttpResponse | None:
    """Back, the other language, the other size, a picture more or less: what was written is kept already."""
    here = reverse("citizen:step", args=[page.name])
    match request.POST.get("_go"):
        case "back":
            before = drafts.beside(draft, page.name, -1)
            return _to(before) if before else HttpResponseRedirect(reverse("citizen:home"))
        case "lang":
            other = "zh-hans" if (get_language() or "").startswith("en") else "en"
            return remember(request, HttpResponseRedirect(here), lang=other)
        case "elder":
            return remember(request, HttpResponseRedirect(here), elder="0" if elder_size(request) else "24")
        case "stay":
            return HttpResponseRedirect(here)
    return HttpResponseRedirect(here) if request.POST.get("_remove") else None


def _show(
    request: HttpRequest, page: drafts.Page, form: drafts.Question, draft: dict[str, Any], status: int = 200
) -> HttpResponse:
    following = drafts.beside(draft, page.name, 1)
    hint = page.hint
    if page.name == "story" and draft.get("dispute"):
        hint = _("和谁、为什么事起了争执，您想怎么解决。想到哪说到哪，不用写得好。")
    context: dict[str, Any] = {
        "n": page.number,
        "total": drafts.TOTAL,
        "question": page.question,
        "hint": hint,
        "form": form,
        "bare": page.name != "contact",
        "next": drafts.PAGES[following].short if following else "",
        "draft": drafts.storage_key(draft, page),
        "photos": page.name == "story",
        "files": photos.shown(draft["files"]),
        "gps": page.name == "place",
        "matched": patch(draft) if page.name == "place" else "",
        "urgent": page.name == "safety",
    }
    if page.name == "check":
        context |= {"summary": _summary(draft), "key": draft["key"]}
    name = f"step_{page.name}" if page.name in OWN_TEMPLATE else "step"
    return render(request, f"web/citizen/{name}.html", context, status=status)


def _summary(draft: dict[str, Any]) -> list[dict[str, str]]:
    place = draft.get("place") or (_("手机上的位置") if drafts.point(draft) else "")
    found = patch(draft)
    who = " ".join(filter(None, (draft.get("reporter_name"), draft.get("reporter_phone"))))
    cases = dict(drafts.SafetyForm.base_fields["cases"].choices)  # type: ignore[attr-defined]
    lines = [
        ("safety", _("有没有急事"), _("、").join(str(cases[c]) for c in draft.get("cases", ())), _("没有急事")),
        ("story", _("什么事"), draft.get("description", ""), _("还没有写")),
        ("story", _("照片"), _("%(n)s张") % {"n": len(draft["files"])} if draft["files"] else "", _("没有")),
        ("place", _("在哪里"), "\n".join(filter(None, (place, found))), _("没有写，分类时再问")),
        ("contact", _("怎么联系您"), who, _("没有留，您凭查询码自己查")),
    ]
    if "office" in draft.get("cases", ()):
        office = next((o for o in offices(settings.JURISDICTION) if o.path == draft.get("office")), None)
        lines.insert(1, ("office", _("哪个单位"), office.name if office else "", _("还没有选")))
    if draft.get("other_name"):
        lines.append(("contact", _("对方"), draft["other_name"], ""))
    return [
        {"label": label, "value": value or empty, "url": reverse("citizen:step", args=[name])}
        for name, label, value, empty in lines
    ]


def _send(request: HttpRequest, draft: dict[str, Any], page: drafts.Page) -> HttpResponse:
    form = _form(page, draft, request.POST)
    if REPORTS.reached(request):
        form.add_error(None, _("从这里交上来的太多了，请过一会儿再交，或者打电话"))
        return _show(request, page, form, draft, 429)
    try:
        receipt = report(actor=uploader(request), form=drafts.as_report(draft), key=draft["key"])
    except RefusedError as error:
        return _refused(request, page, form, draft, error)
    speak_to_reporters(settings.JURISDICTION, receipt.matter, get_language() or "")
    request.session[SENT] = {
        "key": draft["key"],
        "code": receipt.code,
        "title": first_words(draft.get("description", "")),
        "phone": bool(draft.get("reporter_phone")),
        "drafts": " ".join(filter(None, (drafts.storage_key(draft, p) for p in drafts.PAGES.values()))),
    }
    request.session[CODE] = receipt.code
    drafts.drop(request)
    return HttpResponseRedirect(reverse("citizen:receipt"))


def _refused(
    request: HttpRequest, page: drafts.Page, form: drafts.Question, draft: dict[str, Any], error: RefusedError
) -> HttpResponse:
    """What is wrong stands on its own page; the summary on top leads there."""
    for name, text in sentences(error).items():
        line = text
        if name in ASKED_ON:
            line = f"{drafts.PAGES[ASKED_ON[name]].short}{_('：')}{text}"
        form.add_error(None, line)
    if not error.fields:
        form.add_error(None, said(error.sentence, error.values))
    return _show(request, page, form, draft, 422)
