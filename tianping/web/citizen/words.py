"""Home, and the pages of plain words: what stands in them is true of this installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tianping.kernel.packs.schema import local
from tianping.kernel.service import Office, book, offices
from tianping.web.choices import english


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Four buttons."""
    choices = [
        (reverse("citizen:report"), "chat", _("我要反映"), _("漏水、噪音、欠薪、路灯坏了"), _("漏水、噪音、欠薪")),
        (reverse("citizen:mediation"), "scales", _("我要调解"), _("和人有争执，请人说和"), _("有争执，请人说和")),
        (reverse("citizen:progress"), "search", _("查进度"), _("扫回执，或输入查询码"), _("看办到哪一步了")),
        (reverse("citizen:law"), "book", _("问法律"), _("先看看法律怎么说"), _("法律怎么说")),
    ]
    names = ("url", "icon", "label", "hint", "hint_elder")
    context = {"choices": [dict(zip(names, choice, strict=True)) for choice in choices]}
    return render(request, "web/citizen/home.html", context)


@require_GET
def mediation(request: HttpRequest) -> HttpResponse:
    """What mediation is, and how to ask for it today."""
    context = {
        "title": _("我要调解"),
        "paragraphs": [
            _("和人有了争执，可以请人民调解委员会来说和。不收费。双方都愿意才调，有一方明确不愿意就不调。"),
            _("在这里直接申请调解的页面还没有开通。现在请先把事情说清楚，写上对方是谁、您想怎么解决。"),
            _("分类时可以转给管这一片的人民调解委员会，不用您再说一遍。"),
        ],
        "laws": [
            _("《人民调解法》第三条：在当事人自愿、平等的基础上进行调解。"),
            _("《人民调解法》第四条：人民调解委员会调解民间纠纷，不收取任何费用。"),
            _("《人民调解法》第十七条：当事人一方明确拒绝调解的，不得调解。"),
        ],
        "button": _("说说这场争执"),
        "url": f"{reverse('citizen:step', args=['story'])}?about=dispute",
    }
    return render(request, "web/citizen/words.html", context)


@require_GET
def law(request: HttpRequest) -> HttpResponse:
    """Whom to ask about the law today; the page that looks articles up does not stand yet, and says so."""
    context = {
        "title": _("问法律"),
        "paragraphs": [
            _("按您说的事查法律条文，这一页还没有做好。没做好以前不在这里给答案，免得说错。"),
            _("想问法律，可以找法律援助中心咨询。请律师有经济困难的，有些事可以申请法律援助。"),
            _("有具体的事要人管，请从“我要反映”告诉我们，会有人答复您。"),
        ],
        "offices": [_card(o) for o in offices(settings.JURISDICTION) if o.kind in {"legal_aid", "hotline"}],
        "laws": [
            _("《法律援助法》第二十二条第一项：法律援助机构可以组织法律援助人员依法提供法律咨询。"),
            _("《法律援助法》第三十一条：列出的事项，当事人因经济困难没有委托代理人的，可以申请法律援助。"),
        ],
        "button": _("我要反映"),
        "url": reverse("citizen:report"),
    }
    return render(request, "web/citizen/words.html", context)


@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    """个人信息保护法 article 17: who keeps what, why, how, how long, and how to use one's rights."""
    centre = next((o for o in offices(settings.JURISDICTION) if o.kind == "centre"), None)
    kept = [r for r in book(settings.JURISDICTION).rows("retention") if r.code.startswith("matter.")]
    context: dict[str, Any] = {
        "centre": _card(centre) if centre else None,
        "kept": [{"name": local(r, "name"), "years": r.years, "basis": r.basis, "local": r.local} for r in kept],
    }
    return render(request, "web/citizen/privacy.html", context)


def _card(office: Office) -> dict[str, str]:
    return {"name": office.name_en if english() and office.name_en else office.name, "phone": office.phone}
