"""Citizens' pages: home, receipt, progress by code, one's own matters, privacy."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tianping.kernel.service import (
    PURPOSES,
    Actor,
    Progress,
    RefusedError,
    actor_for_code,
    advance,
    own_matters,
    progress,
    readers_of,
    show,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.citizen.reporting import RECEIPT
from tianping.web.desk.present import clock, left_of
from tianping.web.forms import StepForm
from tianping.web.limits import limited

GUESSES, SECONDS = 10, 600  # wrong codes from one address
CODE = "code"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    choices = [
        {
            "url": reverse("citizen:report"),
            "icon": "chat",
            "label": _("我要反映"),
            "hint": _("漏水、噪音、欠薪、路灯坏了"),
            "hint_elder": _("漏水、路灯坏了"),
        },
        {
            "url": reverse("citizen:mediation"),
            "icon": "scales",
            "label": _("我要调解"),
            "hint": _("和人有争执，请人说和"),
            "hint_elder": "",
        },
        {
            "url": reverse("citizen:progress"),
            "icon": "search",
            "label": _("查进度"),
            "hint": _("扫回执，或输入查询码"),
            "hint_elder": "",
        },
        {
            "url": reverse("citizen:law"),
            "icon": "book",
            "label": _("问法律"),
            "hint": _("先看看法律怎么说"),
            "hint_elder": "",
        },
    ]
    return render(request, "web/citizen/home.html", {"choices": choices})


@require_GET
def mediation(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/citizen/words.html",
        {
            "title": _("我要调解"),
            "paragraphs": [
                _("和人有了争执，可以请人民调解委员会来说和。调解不收费，要双方都愿意。"),
                _("现在请先从“我要反映”说清楚是什么事、对方是谁。我们会转给管这一片的调解委员会，不用您再说一遍。"),
            ],
            "source": _("《人民调解法》第四条：不收取任何费用；第三条：在当事人自愿、平等的基础上进行调解。"),
            "button": _("去反映"),
            "url": reverse("citizen:report"),
        },
    )


@require_GET
def law(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/citizen/words.html",
        {
            "title": _("问法律"),
            "paragraphs": [
                _("按纠纷种类查法律的页面还没有做好，做好以前不在这里给您答案，免得说错。"),
                _("有具体的事，请从“我要反映”告诉我们，会有人答复您。经济困难的，可以向县法律援助中心申请法律援助。"),
            ],
            "source": _("《法律援助法》第三十一条。"),
            "button": _("去反映"),
            "url": reverse("citizen:report"),
        },
    )


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "web/citizen/words.html",
        {
            "title": _("隐私说明"),
            "paragraphs": [
                _("我们只留办这件事要用的：您说的话、照片、地点，和您愿意留下的姓名、电话。姓名和电话加密保存。"),
                _("谁看过、什么时候、为什么看的，每一次都记下来，您可以查。电话号码要说明用途才能看。"),
                _("反映同一件事的人互相看不到。受保护的事项只有指定的人看得到。"),
                _("您可以要求更正、要求带走一份、要求删除。删除以后内容不能恢复，只留下“已依法删除”的记录。"),
                _("我们不给人打分，不给人贴标签，不识别人脸，不跟踪人。"),
            ],
            "source": _("《个人信息保护法》第六条、第十三条、第十七条、第四十四条至第四十七条。"),
            "button": _("回首页"),
            "url": reverse("citizen:home"),
        },
    )


@never_cache
@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """What was received; the code is shown here alone."""
    kept = request.session.get(RECEIPT)
    if not kept:
        return HttpResponseRedirect(reverse("citizen:home"))
    try:
        seen = progress(actor_for_code(settings.JURISDICTION, kept["code"]))
    except RefusedError:
        return HttpResponseRedirect(reverse("citizen:home"))
    groups = kept["code"].split("-")
    promised = seen.promised or seen.next_due
    return render(
        request,
        "web/citizen/receipt.html",
        {
            "at": seen.opened_at,
            "answer_by": promised.at if promised else None,
            "left": left_of(promised, seen.calendar, seen.now) if promised else None,
            "why_url": reverse("citizen:progress"),
            "agency": seen.office,
            "person": "",
            "phone": seen.office_phone,
            "title": kept.get("title", "") or _("您反映的事"),
            "number": seen.number,
            "code": kept["code"],
            "code_lines": ["-".join(groups[n : n + 2]) for n in range(0, len(groups), 2)],
            "track_url": request.build_absolute_uri(reverse("citizen:code", args=[kept["code"]])),
            "add_url": "",
            "draft_keys": kept["keys"],
            "next_steps": [
                {"icon": "chat", "text": _("先有人看，分给该管的单位；分好了就有答复您的日子。")},
                {"icon": "search", "text": _("凭查询码随时看办到哪一步。请把它抄下来或拍下来。")},
                {"icon": "phone", "text": _("办完给您答复，请您评一评；不满意，30天内可以要求重办。")},
            ],
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """The code is typed; wrong ones are counted, and every wrong one gets the same sentence."""
    error = ""
    if request.method == "POST":
        if limited(f"code:{request.META.get('REMOTE_ADDR', '')}", GUESSES, SECONDS):
            error = _("试得太多了，请过十分钟再来")
        else:
            try:
                actor_for_code(settings.JURISDICTION, request.POST.get("code", ""))
            except RefusedError:
                error = _("没有找到这个查询码，请对照回执再输一遍")
            else:
                request.session[CODE] = request.POST["code"]
                return HttpResponseRedirect(reverse("citizen:standing"))
    return render(
        request,
        "web/citizen/code.html",
        {"error": error, "value": request.POST.get("code", "")},
        status=422 if error else 200,
    )


@never_cache
@require_GET
def scanned(request: HttpRequest, code: str) -> HttpResponse:
    """The address in the QR code: the code moves into the session and out of the address."""
    if limited(f"code:{request.META.get('REMOTE_ADDR', '')}", GUESSES * 5, SECONDS):
        return HttpResponseRedirect(reverse("citizen:progress"))
    request.session[CODE] = code[:40]
    return HttpResponseRedirect(reverse("citizen:standing"))


def _by_session(request: HttpRequest) -> tuple[Actor, Progress] | None:
    try:
        actor = actor_for_code(settings.JURISDICTION, request.session.get(CODE, ""))
        return actor, progress(actor)
    except RefusedError:
        return None


@never_cache
@require_GET
def standing(request: HttpRequest) -> HttpResponse:
    """Where the matter stands: offices, dates and declared sentences. Never content, never names."""
    found = _by_session(request)
    if found is None:
        return HttpResponseRedirect(reverse("citizen:progress"))
    _actor, seen = found
    promised = seen.promised
    entries = [{"at": s.at, "what": _(s.sentence), "who": s.office, "full": True} for s in seen.steps]
    actions = [
        {"label": _(o.step.label), "url": reverse("citizen:act", args=[o.step.name]), "fill": n == 0}
        for n, o in enumerate(o for o in seen.offers if not o.refusal)
    ]
    return render(
        request,
        "web/citizen/progress.html",
        {
            "number": seen.number,
            "state": "done" if seen.state in {"closed", "answered", "rated", "frozen"} else "running",
            "state_text": _(seen.state_label),
            "answer_by": promised.at if promised else None,
            "left": left_of(promised, seen.calendar, seen.now) if promised else None,
            "agency": seen.office,
            "phone": seen.office_phone,
            "entries": entries,
            "actions": actions,
            "terms": [
                clock(t, seen.calendar, seen.now, opened=True) for t in seen.terms if t.promised and t.due is not None
            ],
        },
    )


@never_cache
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, name: str) -> HttpResponse:
    """A step that the declaration gives to the party: rate, reopen, add what is missing."""
    found = _by_session(request)
    if found is None:
        return HttpResponseRedirect(reverse("citizen:progress"))
    actor, seen = found
    offer = next((o for o in seen.offers if o.step.name == name and not o.refusal), None)
    if offer is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    wanted = frozenset(f.name for f in offer.step.form.fields if f.concept != "files")
    form = StepForm(offer.step, settings.JURISDICTION, data=data, key=str(uuid4()), only=wanted)
    if data is not None:
        try:
            advance(seen.proceeding, name, actor=actor, form=form.raw(), key=data.get("key") or str(uuid4()))
        except RefusedError as error:
            form.refuse(error)
        else:
            return HttpResponseRedirect(reverse("citizen:standing"))
    context: dict[str, Any] = {
        "form": form,
        "question": _(offer.step.label),
        "back_url": reverse("citizen:standing"),
        "button": _(offer.step.label),
    }
    return render(request, "web/citizen/act.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """One's own matters need a proven identity; until log-in for citizens stands, the page says so."""
    actor = actor_of(request)
    if actor.kind != "citizen":
        return render(
            request,
            "web/citizen/words.html",
            {
                "title": _("谁看过我的信息"),
                "paragraphs": [
                    _("这里要先证实您是谁，才能给您看。用手机号证实身份的办法正在准备，还没有开通。"),
                    _("现在请凭回执上的查询码查进度；要查谁看过您的信息，请带身份证到县综治中心窗口。"),
                ],
                "source": _("《个人信息保护法》第四十五条。"),
                "button": _("查进度"),
                "url": reverse("citizen:progress"),
            },
        )
    return render(request, "web/citizen/mine.html", {"matters": own_matters(actor)})


@never_cache
@require_GET
def own(request: HttpRequest, matter: UUID) -> HttpResponse:
    """What I told, what I was answered, and who opened it."""
    actor = actor_of(request)
    if actor.kind != "citizen":
        raise Http404
    try:
        view, readers = show(actor, matter, "own"), readers_of(actor, matter)
    except RefusedError as error:
        raise Http404 from error
    entries = [
        {
            "at": e.recorded_at,
            "what": _(e.public),
            "who": e.agency,
            "text": e.values.get("answer") or e.values.get("description", ""),
        }
        for e in view.entries
    ]
    return render(
        request,
        "web/citizen/own.html",
        {
            "title": view.facts.get("title", ""),
            "number": view.row["number"],
            "entries": entries,
            "back_url": reverse("citizen:mine"),
            "readers": [
                (at, office or _("系统"), _(PURPOSES.get(purpose, purpose))) for at, office, purpose in readers
            ],
        },
    )
