"""What must not stand anywhere in the project: hosts of package registries, paths of one machine, talk of how it was written."""

import re
from collections.abc import Iterator

from tools.house.tree import Broken, Tree, line_of

# Joined here, so that this file keeps its own rule.
_HOSTS = [
    ".".join(labels)
    for labels in (
        ("pypi", "org"), ("pypi", "python", "org"), ("files", "pythonhosted", "org"), ("registry", "npmjs", "org"), ("npmjs", "com"),
        ("deb", "debian", "org"), ("security", "debian", "org"), ("archive", "ubuntu", "com"), ("crates", "io"), ("unpkg", "com"),
        ("cdn", "jsdelivr", "net"), ("proxy", "golang", "org"), ("tuna", "tsinghua", "edu", "cn"), ("mirrors", "aliyun", "com"),
        ("fonts", "googleapis", "com"), ("cdnjs", "cloudflare", "com"), ("registry", "npmmirror", "com"), ("ghcr", "io"),
    )
]  # fmt: skip
_TALK = [
    "".join(parts)
    for parts in (
        ("cla", "ude"), ("anth", "ropic"), ("open", "ai"), ("chat", "gpt"), ("gpt", r"-\d"), ("co", "pilot"), ("sub", "agent"),
        ("large lan", "guage model"), ("ll", "ms?"), ("a", "i-gen", "erated"), ("as an a", "i"), ("co-auth", "ored-by"),
        ("generated wi", "th"), ("co", "ding agent"), ("a", "i assis", "tant"), ("人工", "智能助手"), ("大", "模型生成"),
    )
]  # fmt: skip
_PLACES = "|".join(
    f"{a}{b}" for a, b in (("wo", "rk"), ("ro", "ot"), ("ho", "me"), ("Us", "ers"), ("mnt", ""), ("media", ""))
)
_BROKEN = (
    (
        re.compile("|".join(rf"(?<![\w.-]){re.escape(h)}\b" for h in _HOSTS)),
        "a registry's host; say the package's name only",
    ),
    (
        re.compile(r"\b(?:" + "|".join(_TALK) + r")(?!\w)", re.IGNORECASE),
        "talk about how this was written; say what the thing does",
    ),
    (
        re.compile(rf"(?<![\w./~*)}}\]>-])/(?:{_PLACES})/[\w.-]+/|[A-Z]:\\\\?Users\\"),
        "a path of one machine; write it relative to the project",
    ),
    (
        re.compile(r"(?:--index-url|--extra-index-url|--find-links|--trusted-host)[ =]\S"),
        "an index of packages; each machine has its own",
    ),
)
_UNREAD = re.compile(r"\.(png|jpg|jpeg|gif|ico|woff2?|pdf|mo|zip|gz|pmtiles)$|(^|/)vendor/")


def check(tree: Tree) -> Iterator[Broken]:
    for file in tree.files:
        if _UNREAD.search(file):
            continue
        text = tree.text(file)
        for pattern, advice in _BROKEN:
            for found in pattern.finditer(text):
                yield Broken(file, line_of(text, found.start()), f"`{found.group().strip()}`: {advice}")
