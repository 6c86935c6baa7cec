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

from tianping.kernel.service import RefusedError, locate, offices, report, store
from tianping.web.accounts.asking import elder_size
from tianping.web.citizen import draft as drafts
from tianping.web.files.views import uploader
from tianping.web.limits import limited

REPORTS, SECONDS = 20, 3600  # from one address in an hour
RECEIPT = "receipt"


@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, name: str = "safety") -> HttpResponse:
    if name not in drafts.BY_NAME:
        return HttpResponseRedirect(reverse("citizen:report"))
    number = drafts.BY_NAME[name]
    page, draft = drafts.PAGES[number], drafts.load(request)
    if request.method == "GET":
        return _show(request, number, page.form(initial=draft), draft)
    form = page.form(request.POST)
    wrong = _keep(request, page, form, draft)
    drafts.save(request, draft)
    if (going := _elsewhere(request, number)) is not None:
        return going
    if wrong or not form.is_valid():
        return _show(request, number, form, draft, 422)
    if name == "check":
        return _send(request, draft, number)
    return HttpResponseRedirect(reverse("citizen:step", args=[drafts.PAGES[number + 1].name]))


def _keep(request: HttpRequest, page: drafts.Page, form: drafts.Question, draft: dict[str, Any]) -> bool:
    """Everything that was written is kept, right or wrong. True when a file or an office was refused."""
    for field in page.fields:
        draft[field] = request.POST.get(field, "").strip()[:6000]
    wrong = False
    if page.name == "safety":
        draft["office"] = request.POST.get("office", "") if draft["urgent"] == "office" else ""
        if draft["urgent"] == "office" and not draft["office"]:
            form.add_error("urgent", _("请在下面选是哪个单位"))
            wrong = True
    if page.name == "story":
        wrong = _files(request, form, draft)
    return wrong


def _files(request: HttpRequest, form: drafts.Question, draft: dict[str, Any]) -> bool:
    if gone := request.POST.get("_remove"):
        draft["files"] = [f for f in draft["files"] if f["id"] != gone]
    actor = uploader(request)
    for sent in request.FILES.getlist("photos"):
        try:
            kept = store(actor, sent.name or "photo", sent, sent.size or 0)
        except RefusedError as error:
            form.is_valid()
            form.add_error(None, _(error.sentence))
            return True
        draft["files"].append(
            {"id": str(kept.id), "name": kept.name, "thumb": reverse("files:download", args=[kept.id])}
        )
    return False


def _elsewhere(request: HttpRequest, number: int) -> HttpResponse | None:
    """Back, the other language, the other size, a picture taken off: what was written is kept first."""
    here = reverse("citizen:step", args=[drafts.PAGES[number].name])
    match request.POST.get("_go"):
        case "back":
            return HttpResponseRedirect(
                reverse("citizen:step", args=[drafts.PAGES[number - 1].name]) if number else reverse("citizen:home")
            )
        case "lang":
            return HttpResponseRedirect(f"{here}?lang={'zh-hans' if (get_language() or '').startswith('en') else 'en'}")
        case "elder":
            return HttpResponseRedirect(f"{here}?elder={'0' if elder_size(request) else '24'}")
    return HttpResponseRedirect(here) if request.POST.get("_remove") else None


def _show(
    request: HttpRequest, number: int, form: drafts.Question, draft: dict[str, Any], status: int = 200
) -> HttpResponse:
    page = drafts.PAGES[number]
    last = number == len(drafts.PAGES) - 1
    context: dict[str, Any] = {
        "n": number + 1,
        "total": len(drafts.PAGES),
        "question": page.question,
        "hint": page.hint,
        "form": form,
        "send": last,
        "next": "" if last else drafts.PAGES[number + 1].short,
        "draft": f"{draft['key'][:12]}-{page.name}" if page.fields else "",
        "photos": page.name == "story",
        "files": draft["files"],
        "gps": page.name == "place",
        "page": page.name,
    }
    if page.name == "safety":
        context |= {
            "offices": [
                (o.path, o.name_en if (get_language() or "").startswith("en") and o.name_en else o.name)
                for o in offices(settings.JURISDICTION)
            ],
            "office": draft.get("office", ""),
            "danger": draft.get("urgent") in {"danger", "violence"},
        }
    if last:
        context["summary"] = _summary(draft)
    return render(
        request,
        f"web/citizen/step_{page.name}.html" if page.name in {"safety", "check"} else "web/citizen/step.html",
        context,
        status=status,
    )


def _summary(draft: dict[str, Any]) -> list[dict[str, str]]:
    found = locate(
        settings.JURISDICTION,
        f"{draft['lon']},{draft['lat']}" if draft.get("lon") and draft.get("lat") else None,
        draft.get("place", ""),
    )
    place = draft.get("place") or (_("手机上的位置") if draft.get("lat") else _("没有写"))
    return [
        {
            "label": _("什么事"),
            "value": draft.get("description") or _("还没有写"),
            "url": reverse("citizen:step", args=["story"]),
        },
        {
            "label": _("照片"),
            "value": _("%(n)s张") % {"n": len(draft["files"])},
            "url": reverse("citizen:step", args=["story"]),
        },
        {
            "label": _("在哪里"),
            "value": f"{place} {_('（已对上网格）') if found else ''}".strip(),
            "url": reverse("citizen:step", args=["place"]),
        },
        {
            "label": _("怎么联系您"),
            "value": " ".join(filter(None, (draft.get("reporter_name"), draft.get("reporter_phone")))) or _("没有留"),
            "url": reverse("citizen:step", args=["contact"]),
        },
    ]


def _send(request: HttpRequest, draft: dict[str, Any], number: int) -> HttpResponse:
    form = drafts.SendForm(request.POST)
    form.is_valid()
    if limited(f"report:{request.META.get('REMOTE_ADDR', '')}", REPORTS, SECONDS):
        form.add_error(None, _("从这里交上来的太多了，请过一会儿再交，或者打电话"))
        return _show(request, number, form, draft, 429)
    try:
        receipt = report(actor=uploader(request), form=drafts.as_report(draft), key=draft["key"])
    except RefusedError as error:
        for name, text in (error.fields or {"": error.sentence}).items():
            form.add_error(None, f"{_field(name)}{_(text)}")
        return _show(request, number, form, draft, 422)
    request.session[RECEIPT] = {
        "code": receipt.code,
        "number": receipt.number,
        "title": drafts.first_words(draft.get("description", "")),
        "keys": " ".join(f"{draft['key'][:12]}-{p.name}" for p in drafts.PAGES),
    }
    drafts.drop(request)
    return HttpResponseRedirect(reverse("citizen:receipt"))


def _field(name: str) -> str:
    labels = {
        "reporter_phone": _("电话"),
        "description": _("什么事"),
        "place": _("在哪里"),
        "reporter_name": _("怎么称呼您"),
    }
    return f"{labels[name]}：" if name in labels else ""
