"""Made-up reports of an invented county, no two alike: the sizes are those of ordinary messages, 40 to 160 characters."""

import json
from random import Random
from typing import Any

from bench.stage import ROOT

_WHAT = (
    "楼上卫生间漏水，厨房天花板鼓起来了",
    "小区门口的路灯坏了半个月",
    "工地夜里十二点还在打桩",
    "楼道里堆着旧家具，走不过去",
    "河边有人倒垃圾，味道很大",
    "包工头欠了三个月的工钱",
    "邻居把水管接到公用的地方",
    "学校门口停满了车，孩子过不了马路",
)
_MORE = (
    "已经跟物业说过两次，没有人来看。",
    "昨天晚上又来了一回，大家都睡不着。",
    "希望有人到现场看一看，给个说法。",
    "我们几家都愿意出一点钱，就是谈不拢。",
    "白天我在家，来之前打个电话就行。",
    "照片我存着，需要的话可以送过去。",
)
_FAMILY, _GIVEN = "周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹", "桂兰建国秀英志强丽华明芳永康玉梅海涛"


def addresses() -> list[str]:
    rows = json.loads((ROOT / "packs" / "qingxi" / "addresses.json").read_text())
    return [row["address"] for row in rows]


def form(chance: Random, places: list[str]) -> dict[str, Any]:
    """One report, as a citizen sends it."""
    what = chance.choice(_WHAT)
    more = "".join(chance.sample(_MORE, chance.randint(1, 5)))
    return {
        "description": f"{what}，编号{chance.randrange(10**9)}。{more}",
        "title": what[:12],
        "place": chance.choice(places),
        "reporter_name": chance.choice(_FAMILY) + chance.choice(_GIVEN) + chance.choice(_GIVEN),
        "reporter_phone": f"13{chance.randrange(10**9):09d}",
        "channel": "web",
    }


STEPS = (
    ("triage", {"category": "neighbour.leak", "grade": "3"}),
    ("dispatch", {"agency": "zhujian"}),
    ("accept", {}),
)
"""The steps that `advance` is measured with, and who takes them: the dispatcher twice, then the office's own."""
