"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tianping.kernel.agencies.home import NotLoadedError
from tianping.kernel.service import home
from tianping.web.accounts.asking import actor_of, posts_of_request
from tianping.web.choices import at_work, english, post_title


def _county() -> str:
    try:
        found = home(settings.JURISDICTION)
        return found.name_en if english() and found.name_en else found.name
    except NotLoadedError:
        return _("天平")


def shell(request: HttpRequest) -> dict[str, Any]:
    """County, language, size; for staff their name, posts and the main pages."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {}  # a page that is drawn outside the road of requests brings its own frame
    size = getattr(request, "elder_size", 0)
    context: dict[str, Any] = {
        "county": _county(),
        "lang": "en" if getattr(request, "LANGUAGE_CODE", "").startswith("en") else "zh-hans",
        "elder": bool(size),
        "elder_size": size or 24,
        "privacy_url": reverse("citizen:privacy"),
        "readers_url": reverse("citizen:mine"),
    }
    if actor.kind != "staff":
        return context
    return context | _desk(request)


def _desk(request: HttpRequest) -> dict[str, Any]:
    posts = posts_of_request(request)
    actor = actor_of(request)
    kinds = {p.kind for p in posts}
    pages = [
        (reverse("desk:worklist"), _("事项"), True),
        (reverse("desk:board"), _("派单"), "dispatcher" in kinds),
        (reverse("desk:same"), _("同一人"), "dispatcher" in kinds),
        (reverse("desk:supervise"), _("督办"), bool(kinds & {"supervisor", "leader"})),
        (reverse("desk:figures"), _("统计"), bool(kinds & {"supervisor", "leader", "dispatcher"})),
        (reverse("desk:audit"), _("审计"), "auditor" in kinds),
        (reverse("desk:admin"), _("管理"), bool(kinds & {"system_admin", "security_admin", "pack_editor", "auditor"})),
    ]
    current = next((p for p in posts if p.id == actor.post), None)
    return {
        "home_url": reverse("desk:worklist"),
        "search_url": reverse("desk:search"),
        "letters_url": reverse("desk:letters"),
        "query": request.GET.get("q", ""),
        "nav": [{"url": u, "label": label, "current": _under(request.path, u)} for u, label, shown in pages if shown],
        "me": {
            "name": actor.name,
            "agency_short": at_work(current) if current else "",
            "posts": [
                {
                    "label": f"{post_title(p)} · {at_work(p)}",
                    "id": str(p.id),
                    "current": p.id == actor.post,
                }
                for p in posts
            ]
            if len(posts) > 1
            else [],
        },
        "account_links": [
            {"url": reverse("accounts:me"), "label": _("我的账号")},
            *(
                [{"url": reverse("desk:signs"), "label": _("门牌二维码")}]
                if kinds & {"dispatcher", "system_admin"}
                else []
            ),
        ],
        "logout_url": reverse("accounts:logout"),
    }


def _under(path: str, page: str) -> bool:
    """Whether that page, or one below it, is open; a matter belongs to the lists."""
    if page == reverse("desk:worklist"):
        return path == page or path.startswith(f"{page}matter/")
    return path.startswith(page)
