"""Made-up content for the gallery: one matter of 青溪县 as every page and component shows it."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.templatetags.static import static
from django.utils import timezone

from tianping.web.templatetags._terms import bar_runs

START, DUE = date(2026, 11, 4), date(2026, 11, 27)
RESTS = {date(2026, 11, d) for d in (7, 8, 14, 15, 21, 22)}
HELD = {date(2026, 11, 17), date(2026, 11, 18)}
NUMBER = "青溪〔2026〕1024号"
STORY = (
    "楼上602的卫生间又漏水了，我家厨房的天花板已经鼓起来，墙纸也掉了。"
    "找过他家三次，说不是他的事。家里有八十岁的老人，怕掉下来砸到。"
)


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=timezone.get_default_timezone())


def term_days() -> list[dict[str, Any]]:
    """The days of fifteen working days from 4 November, two of them suspended."""
    out: list[dict[str, Any]] = [{"date": START, "kind": "start", "note": "受理"}]
    n = 0
    for i in range(1, (DUE - START).days + 1):
        d = START + timedelta(days=i)
        day: dict[str, Any] = {"date": d, "kind": "rest" if d in RESTS else "held" if d in HELD else "count"}
        if day["kind"] == "count":
            n += 1
            day["n"] = n
        out.append(day)
    out[-1]["due"] = True
    weekend = [{"date": DUE + timedelta(days=i), "kind": "rest"} for i in (1, 2)]
    return out + weekend


class ExtendForm(forms.Form):
    until = forms.CharField(label="延到哪天", help_text="最多再加5个工作日，12月8日")
    why = forms.CharField(
        label="为什么",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "写明原因，反映人会看到"},
    )


class StoryForm(forms.Form):
    story = forms.CharField(
        label="请说说发生了什么事", widget=forms.Textarea, error_messages={"required": "请写几个字，说说是什么事"}
    )


class PlaceForm(forms.Form):
    where = forms.CharField(label="在哪里", help_text="小区、楼号，或附近的店名")
    kind = forms.ChoiceField(
        label="是公共的地方吗", choices=[("a", "是，大家都用"), ("b", "不是，是别人家")], widget=forms.RadioSelect
    )
    phone = forms.CharField(label="怎么联系您", required=False, help_text="只有办事的人看得到")
    agree = forms.MultipleChoiceField(
        label="可以给谁看",
        required=False,
        choices=[("a", "社区"), ("b", "物业")],
        widget=forms.CheckboxSelectMultiple,
    )


class DispatchForm(forms.Form):
    category = forms.ChoiceField(label="类别", choices=[("1", "邻里纠纷，房屋渗漏")])
    grade = forms.ChoiceField(label="等级", choices=[("3", "三级，一般")])
    term = forms.ChoiceField(label="答复期", choices=[("5", "5个工作日，12月1日")])


class LoginForm(forms.Form):
    name = forms.CharField(label="账号")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


def files() -> list[dict[str, str]]:
    return [
        {"id": "1", "url": "#", "name": "厨房天花板", "thumb": static("web/icons/sample-a.svg")},
        {"id": "2", "url": "#", "name": "卫生间地漏", "thumb": static("web/icons/sample-b.svg")},
    ]


def entries() -> list[dict[str, Any]]:
    paper = {"url": "#", "name": "渗漏原因鉴定意见.pdf", "pages": 6}
    return [
        {
            "at": at(11, 24, 10, 12),
            "what": "联系双方，约明天下午三点见面",
            "who": "调解员 沈岚",
            "text": "周桂兰愿意来；陈建军说先看鉴定再定。",
        },
        {
            "at": at(11, 23, 16, 40),
            "what": "现场核实",
            "who": "网格员 王芳",
            "text": "厨房顶板起鼓约1.2平方米，602卫生间地漏周边渗水。",
            "files": files(),
            "full": True,
        },
        {"at": at(11, 19), "what": "鉴定意见送到，时限恢复", "who": "县建设工程质量检测站", "paper": paper},
        {"at": at(11, 16), "what": "送鉴定，时限从17日起暂停", "who": "调解员 沈岚"},
        {"at": at(11, 11), "what": "双方同意调解", "who": "周桂兰、陈建军"},
        {"at": at(11, 4), "what": "受理", "who": "城东街道人民调解委员会"},
        {
            "at": at(11, 3),
            "what": "转调解：不是一家能定的事",
            "who": "城东街道社会治理办公室",
            "note": "材料、当事人和地点一并带过来，不用重填。",
        },
        {"at": at(11, 2), "what": "反映：楼上漏水，厨房天花板鼓起", "who": "周桂兰（手机）"},
    ]


def terms() -> list[dict[str, Any]]:
    return [
        {
            "name": "调解完毕",
            "left": 3,
            "due": DUE,
            "since": "11月4日受理",
            "days": term_days(),
            "runs": bar_runs(term_days()),
            "open": True,
            "sentences": [
                "11月4日受理，当天不算，从5日起数",
                "周六、周日不算，共6天",
                "17、18日等鉴定，暂停2个工作日，沈岚记录，可恢复",
                "数到第15个工作日，是11月27日",
            ],
            "law": "《青溪县人民调解工作规则》第九条：受理后十五个工作日内调解完毕。",
            "basis": "本县规定，2025年1月1日起施行。《人民调解法》没有规定期限。",
        },
        {"name": "给反映人答复进展", "left": {"at": date(2026, 11, 25)}, "due": date(2026, 11, 25), "every": "7天一次"},
    ]


def rows() -> list[dict[str, Any]]:
    """Rows of a worklist: late, today, tomorrow, later, suspended, one with a very long name."""
    long = "青溪县城东街道滨河社区居民委员会第三网格公共晾晒区被私家车长期占用居民多次反映没有结果"
    table: list[tuple[Any, str, str, str, str, str]] = [
        ({"remaining": -2, "unit": "day"}, "0987", "建设路夜市油烟直排，居民多次投诉", "城东", "办理中", "市场监管所"),
        ({"remaining": -1, "unit": "day"}, "0991", "农民工工资拖欠，11人，涉及36.4万元", "开发区", "调解中", "何建国"),
        ({"at": at(11, 24, 17, 30)}, "1011", "学校门口占道摆摊，放学拥堵", "城东", "办理中", "城管中队"),
        ({"at": at(11, 24, 18)}, "1013", "小区充电桩冒烟，已断电", "南门", "待答复", ""),
        ({"at": at(11, 25)}, "1002", "拆迁补偿款少算一间偏房", "柳溪镇", "待核实", "网格员 李强"),
        (3, "1024", "楼上漏水，两户争执", "城东", "调解中", ""),
        (3, "1019", "共用过道堆放杂物起冲突", "城东", "调解中", ""),
        (4, "1026", "路灯坏了三盏，老人摔倒", "南门", "办理中", "路灯所"),
        (5, "1033", "轻微碰撞后赔偿谈不拢，双方都到过派出所", "开发区", "调解中", "何建国"),
        (7, "1041", long, "城东", "办理中", "城东街道社会治理办公室"),
        ({"held": "等鉴定"}, "0964", "裂缝是否因隔壁打桩", "城东", "暂停", ""),
        ({"held": "等当事人"}, "0978", "合伙开店散伙分账", "开发区", "暂停", "何建国"),
    ]
    keys = ("due", "number_short", "title", "place", "state", "holder")
    return [
        dict(zip(keys, row, strict=True))
        | {"id": row[1], "url": f"?page=matter&n={row[1]}", "mine": not row[5], "current": row[1] == "1024"}
        for row in table
    ]


STEPS: list[dict[str, Any]] = [
    {"label": "记录一次调解", "url": "#", "key": "a", "fill": True, "drawer": True},
    {"label": "达成协议", "url": "#"},
    {"label": "调解不成", "url": "#"},
]
OTHERS: list[dict[str, Any]] = [
    {"label": "延期", "url": "?page=drawer", "drawer": True},
    {"label": "暂停时限", "url": "#"},
    {"label": "制作协议书", "url": "", "blocked": "还差一步：陈建军没有签同意书"},
    {"label": "撤回协议", "url": "#", "danger": True},
]
BLOCKED: list[dict[str, Any]] = [
    {"label": "答复", "url": "#", "key": "r", "fill": True},
    {"label": "撤回协议", "url": "#", "danger": True},
    {"label": "达成协议", "url": "", "blocked": "还差一步：陈建军没有签同意书"},
]
VIEWS: list[dict[str, Any]] = [
    {"label": "全部", "url": "#", "count": 32, "current": True},
    {"label": "逾期", "url": "#", "count": 3, "state": "overdue"},
    {"label": "快到期", "url": "#", "count": 5, "state": "soon"},
    {"label": "退回", "url": "#", "count": 2},
]
CONDITIONS: list[dict[str, Any]] = [{"label": "城东等5处", "url": "#"}, {"label": "二到四级", "url": "#"}]
PARTIES: list[dict[str, Any]] = [
    {"name": "周桂兰", "role": "申请人", "text": "3幢502室", "phone": "138****2207", "reveal_url": "#"},
    {"name": "陈建军", "role": "被申请人", "text": "3幢602室", "add_url": "#"},
]
FACTS: list[dict[str, Any]] = [
    {"label": "反映人", "value": "周桂兰，滨河社区3幢502室"},
    {"label": "对方", "value": "陈建军，3幢602室"},
    {"label": "要什么", "value": "修好漏点，赔天花板和墙纸"},
    {"label": "材料", "value": "照片4，鉴定意见1，同意书2"},
]
CHOICES: list[dict[str, str]] = [
    {
        "url": "?page=step",
        "icon": "chat",
        "label": "我要反映",
        "hint": "漏水、噪音、欠薪、路灯坏了",
        "hint_elder": "漏水、噪音、欠薪",
    },
    {"url": "#", "icon": "scales", "label": "我要调解", "hint": "和人有争执，请人说和"},
    {"url": "?page=progress", "icon": "search", "label": "查进度", "hint": "扫回执，或输入编号"},
    {"url": "#", "icon": "book", "label": "问法律", "hint": "先看看法律怎么说"},
]
WAITING: list[dict[str, Any]] = [
    {
        "title": "楼上漏水，厨房天花板鼓起",
        "waited": "等了26分",
        "late": True,
        "where": "手机 城东 滨河社区3幢",
        "grade": "三级",
        "current": True,
    },
    {"title": "井盖缺失，已有人绊倒", "waited": "等了14分", "where": "电话 柳溪镇 桥头路", "grade": "二级"},
    {"title": "停车剐蹭后争吵，已劝开", "waited": "等了9分", "where": "110转 开发区 兴业路", "grade": "三级"},
    {"title": "工地夜间打桩", "waited": "等了8分", "where": "手机 南门 青年路", "grade": "三级"},
    {"title": "养老金认证不会办", "waited": "等了6分", "where": "窗口 城东 便民中心", "grade": "四级"},
]
OFFICES: list[dict[str, Any]] = [
    {
        "name": "城东街道社会治理办公室",
        "why": "管这片，近90天办过同类62件",
        "busy": 14,
        "capacity": 20,
        "late": 1,
        "current": True,
    },
    {"name": "城东街道人民调解委员会", "why": "双方争执时可直接调解", "busy": 9, "capacity": 15},
    {"name": "县住房和城乡建设局", "why": "管公共部位渗漏", "busy": 23, "capacity": 25, "late": 4},
    {"name": "滨河社区居民委员会", "busy": 6, "capacity": 12},
    {"name": "综合行政执法队", "busy": 19, "capacity": 20, "late": 2},
    {"name": "城东派出所", "busy": 8, "capacity": 20},
]
REASONS: list[dict[str, str]] = [
    {"label": "地点", "text": "在滨河社区第三网格，归城东街道"},
    {"label": "事由", "text": "“楼上”“漏水”“找过三次”：邻里纠纷，房屋渗漏"},
    {"label": "前例", "text": "近90天同类62件，58件由它办完，中位数6天"},
]
ALIKE: list[dict[str, str]] = [
    {"number": "0712号", "title": "同一户，9月反映过漏水，已办结", "why": "同一地点", "url": "#", "label": "关联"},
    {"number": "1022号", "title": "陈建军：楼下上门吵闹", "why": "同一双方", "url": "#", "label": "合并"},
]
