"""Actors of the demo county, by log-in name or by post."""

from tianping.kernel.agencies.actors import guest_actor, staff_actor
from tianping.kernel.agencies.models import User

JURISDICTION = "990101"
WHO = {
    "dispatcher": "liuxiaoyan",
    "registrar": "huangli",
    "supervisor": "sunlei",
    "leader": "chenguihua",
    "protector": "zhulin",
    "archivist": "gaofeng",
    "auditor": "guoyan",
    "security_admin": "linhaitao",
    "system_admin": "hejing",
    "handler": "caoyong",
    "head": "pengna",
    "other_handler": "dugang",  # 住建局, 住建局, 水务局
}


def actor(who: str):
    """`dispatcher`, `handler` …, or a log-in name."""
    return staff_actor(User.objects.get(username=WHO.get(who, who)))


def guest():
    return guest_actor(JURISDICTION)
