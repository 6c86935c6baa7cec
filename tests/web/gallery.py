"""Every component and page on made-up content, without a database: for looking at, and for the browser checks.

Only with DEBUG or in the demo. `?page=` names one of PAGES; without it the components. `?elder=24|30|40`,
`?theme=dark|light`, `?lang=en` are its own.
"""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from tests.web import gallery_samples as samples

DESK: dict[str, Any] = {
    "nav": [
        {"url": "?page=worklist", "label": "事项", "current": True},
        {"url": "?page=board", "label": "派单"},
        {"url": "#", "label": "督办"},
        {"url": "#", "label": "统计"},
    ],
    "me": {
        "name": "沈岚",
        "agency_short": "城东街道",
        "posts": [{"label": "城东街道 调解员", "url": "#", "current": True}],
    },
    "account_links": [{"label": "我的设置", "url": "#"}],
    "search_url": "?page=worklist",
    "logout_url": "#",
}
HEAD: dict[str, Any] = {
    "number": samples.NUMBER,
    "procedure": "人民调解",
    "title": "楼上漏水，两户争执",
    "tags": [{"state": "running", "text": "调解中"}, {"state": "", "text": "二级"}],
    "crumb": {"url": "?page=worklist", "label": "我的待办"},
    "left": 3,
    "due": samples.DUE,
    "holder": "沈岚",
    "mine": True,
    "next_step": "明天15:00双方见面",
    "position": "第9件，共32件",
    "previous_url": "#",
    "next_url": "#",
    "steps": samples.STEPS,
    "others": samples.OTHERS,
}
RECEIPT: dict[str, Any] = {
    "at": samples.at(11, 24, 10, 12),
    "answer_by": samples.at(12, 1),
    "left": 5,
    "why_url": "#",
    "agency": "城东街道社会治理办公室",
    "person": "沈岚",
    "phone": "0571-8200118",
    "title": "楼上漏水，厨房天花板鼓起",
    "number": samples.NUMBER,
    "code_lines": ["7K3M-9QWD", "X2HV-5TRB", "8NCF-4JYP-6A"],
    "track_url": "https://qingxi.example/p/7K3M9QWDX2HV5TRB8NCF4JYP6A",
    "save_url": "#",
    "add_url": "#",
    "print_url": "#",
    "next_steps": [
        {"icon": "phone", "text": "两天内网格员会打电话约您，上门看一看"},
        {"icon": "chat", "text": "办完给您答复，请您评一评；不满意，30天内可以要求重办"},
    ],
}


def _road() -> dict[str, Any]:
    return {"entries": samples.entries(), "chained": 14, "verify_url": "#"}


def _step(form: Any, question: str, hint: str, **more: Any) -> dict[str, Any]:
    return {"n": 2, "total": 5, "question": question, "hint": hint, "form": form, "next": "在哪里", **more}


def _home() -> dict[str, Any]:
    return {"choices": samples.CHOICES}


def _story() -> dict[str, Any]:
    form = samples.StoryForm(initial={"story": samples.STORY}, label_suffix="")
    hint = "什么时候、在哪里、怎么了。想到哪说到哪，不用写得好。"
    return _step(form, "请说说发生了什么事", hint, photos=True, files=samples.files()[:1], draft="gallery-story")


def _wrong() -> dict[str, Any]:
    hint = "什么时候、在哪里、怎么了。想到哪说到哪，不用写得好。"
    return _step(samples.StoryForm({}, label_suffix=""), "请说说发生了什么事", hint, photos=True)


def _place() -> dict[str, Any]:
    return _step(samples.PlaceForm({}, label_suffix=""), "在哪里", "", gps=True, next="还有什么要说")


def _receipt() -> dict[str, Any]:
    return RECEIPT


def _progress() -> dict[str, Any]:
    hidden = [{k: v for k, v in e.items() if k in {"at", "what", "who"}} for e in samples.entries()]
    return _road() | {
        "entries": hidden,
        "number": samples.NUMBER,
        "state": "running",
        "state_text": "调解中",
        "answer_by": samples.DUE,
        "left": 3,
        "agency": "城东街道人民调解委员会",
        "phone": "0571-8200118",
        "terms": [t | {"open": False} for t in samples.terms()[:1]],
        "actions": [{"label": "补充照片或说明", "url": "#", "fill": True}, {"label": "评一评", "url": "#"}],
    }


def _worklist() -> dict[str, Any]:
    return (
        DESK
        | HEAD
        | _road()
        | {
            "heading": "我的待办",
            "views": samples.VIEWS,
            "conditions": samples.CONDITIONS,
            "add_url": "#",
            "save_url": "#",
            "tools": [
                {"label": "按到期", "url": "#", "icon": "down"},
                {"label": "导出", "url": "#"},
                {"label": "登记", "url": "#", "icon": "plus", "fill": True},
            ],
            "rows": samples.rows() + [r | {"current": False} for r in samples.rows()[5:10]] * 3,
            "total": "32件，显示30件",
            "previous_url": "",
            "prefix": "编号前都是 " + samples.NUMBER[:8],
            "bulk_action": "#",
            "bulk": [{"value": "assign", "label": "转给同事"}, {"value": "export", "label": "导出选中"}],
            "next_url": "#",
            "pane": True,
            "facts": samples.FACTS,
            "url": "?page=matter",
            "close_url": "?page=worklist",
        }
    )


def _list() -> dict[str, Any]:
    return _worklist() | {"pane": False, "category": True}


def _empty() -> dict[str, Any]:
    reason = "条件只看城东和南门。别处还有4件。"
    return _worklist() | {
        "rows": [],
        "pane": False,
        "bulk_action": "",
        "empty": {"title": "没有等您办的事", "reason": reason, "url": "#", "button": "去掉地点条件"},
    }


def _matter() -> dict[str, Any]:
    papers = [
        {"name": "渗漏原因鉴定意见", "url": "#", "kind": "PDF", "pages": 6, "by": "检测站", "at": samples.at(11, 19)}
    ]
    views = [{"label": "全部", "url": "#", "count": 14, "current": True}, {"label": "只看办理", "url": "#"}]
    return (
        DESK
        | HEAD
        | _road()
        | {
            "terms": samples.terms(),
            "parties": samples.PARTIES,
            "papers": papers,
            "road_views": [*views, {"label": "只看材料", "url": "#"}],
            "note_url": "#",
            "add_party_url": "#",
            "add_paper_url": "#",
        }
    )


def _board() -> dict[str, Any]:
    case = {
        "number": samples.NUMBER,
        "source": "手机",
        "at": timezone.localtime().replace(hour=9, minute=58),
        "title": "楼上漏水，厨房天花板鼓起",
        "who": "周桂兰 城东街道滨河社区3幢502室",
        "place_ok": "地点已对上第三网格",
        "text": samples.STORY,
        "files": samples.files(),
        "alike": samples.ALIKE,
        "steps": [{"label": "退回补充", "url": "#"}, {"label": "合并", "url": "#"}],
    }
    nav = [item | {"current": item["label"] == "派单"} for item in DESK["nav"]]
    return DESK | {
        "nav": nav,
        "waiting": [w | {"url": "?page=board"} for w in samples.WAITING],
        "waiting_count": 18,
        "pace": "最久26分，目标30分",
        "more": "往下还有13件",
        "case": case,
        "form": samples.DispatchForm(label_suffix=""),
        "suggestion": {
            "agency": "城东街道社会治理办公室",
            "reasons": samples.REASONS,
            "action": "#",
            "value": "1",
        },
        "others": [{"label": "几家一起办", "key": "+", "url": "#"}],
        "offices": [o | {"n": i, "url": "#"} for i, o in enumerate(samples.OFFICES, 1)],
    }


def _login() -> dict[str, Any]:
    form = samples.LoginForm(label_suffix="")
    links = [{"label": "用验证码", "url": "#"}, {"label": "忘了密码", "url": "#"}]
    return {"form": form, "heading": "请登录", "button": "登录", "passkey_url": "#", "others": links}


def _extend() -> dict[str, Any]:
    form = samples.ExtendForm({"until": "2026年12月4日 周五"}, label_suffix="")
    return {"title": "延期", "form": form, "action": "?page=drawer", "button": "延到12月4日", "cancel": "不延了"}


def _parts() -> dict[str, Any]:
    tile = {"figure": "96.2", "unit": "%", "name": "按时办结", "url": "#", "change": "比上月高1.1个百分点"}
    meaning = "按时答复的事项，除以到期的事项；还没到期的不算。"
    return (
        DESK
        | HEAD
        | _road()
        | RECEIPT
        | {
            "title": "楼上漏水，两户争执",
            "facts": samples.FACTS,
            "files": [*samples.files(), {"id": "3", "url": "#", "name": "鉴定意见.pdf"}],
            "terms": samples.terms(),
            "rows": samples.rows(),
            "views": samples.VIEWS,
            "conditions": samples.CONDITIONS,
            "blocked": samples.BLOCKED,
            "extend": _extend(),
            "place": samples.PlaceForm({}, label_suffix=""),
            "tiles": [
                tile | {"meaning": meaning},
                tile | {"figure": "12", "unit": "件", "name": "逾期", "state": "overdue", "meaning": meaning},
            ],
            "choices": samples.CHOICES,
            "days": samples.term_days(),
            "due_values": [r["due"] for r in samples.rows()],
        }
    )


PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "": ("web/gallery.html", _parts),
    "home": ("web/citizen/home.html", _home),
    "step": ("web/citizen/step.html", _story),
    "wrong": ("web/citizen/step.html", _wrong),
    "place": ("web/citizen/step.html", _place),
    "receipt": ("web/citizen/receipt.html", _receipt),
    "progress": ("web/citizen/progress.html", _progress),
    "worklist": ("web/desk/worklist.html", _worklist),
    "list": ("web/desk/worklist.html", _list),
    "empty": ("web/desk/worklist.html", _empty),
    "matter": ("web/desk/matter.html", _matter),
    "board": ("web/desk/board.html", _board),
    "login": ("web/desk/login.html", _login),
    "drawer": ("web/components/drawer.html", _extend),
}


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """A page of the gallery; 404 for an unknown page."""
    page = request.GET.get("page", "")
    if page not in PAGES:
        raise Http404
    template, sample = PAGES[page]
    size = request.GET.get("elder", "")
    language = "en" if request.GET.get("lang") == "en" else "zh-hans"
    frame = {
        "county": "青溪县",
        "elder": size in {"24", "30", "40"},
        "elder_size": int(size) if size in {"24", "30", "40"} else 24,
        "theme": request.GET.get("theme", ""),
        "lang": "en" if language == "en" else "zh-CN",
        "readers_url": "#",
        "privacy_url": "#",
    }
    with translation.override(language):
        return render(request, template, frame | sample())
