"""What stands around it: the proxy with TLS, SMS, e-mail, the virus check. None of them is needed to try the system."""

import os
import socket
import stat
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from tianping.capabilities.notices.channels import ready
from tianping.capabilities.notices.deliver import waiting
from tianping.config.health.finding import Finding
from tianping.config.words import gettext as _

_LOCAL = {"127.0.0.1", "localhost", "[::1]"}


def address() -> Finding:
    """Names, TLS and proxies belong together: one without the others lets nobody in, or the wrong ones."""
    named = sorted(set(settings.ALLOWED_HOSTS) - _LOCAL)
    if not named:
        mend = _(
            "对外提供服务要设 TIANPING_HOSTS、TIANPING_ORIGINS、TIANPING_TLS=1 和 TIANPING_PROXIES，前面放终止 TLS 的反向代理"
        )
        return Finding(_("网址"), "optional", _("只有本机能打开"), mend)
    hosts = "、".join(named)
    if not settings.TLS:
        text = _("%(hosts)s 没有走 TLS：密码和个人信息在网上是明文，通行密钥也用不了") % {"hosts": hosts}
        return Finding(_("网址"), "bad", text, _("前面放终止 TLS 的反向代理，再设 TIANPING_TLS=1"))
    origins = {urlsplit(o).netloc for o in settings.CSRF_TRUSTED_ORIGINS if o.startswith("https://")}
    if lacking := [h for h in named if h.lstrip(".") not in origins]:
        mend = "TIANPING_ORIGINS=" + ",".join(f"https://{h.lstrip('.')}" for h in lacking)
        return Finding(
            _("网址"), "warn", _("%(hosts)s 不在可信来源里，有的浏览器交不了表单") % {"hosts": "、".join(lacking)}, mend
        )
    if not settings.PROXIES:
        text = _("没有写明反向代理的地址，所有人的次数都算在代理一个人头上")
        return Finding(_("网址"), "warn", text, _("设 TIANPING_PROXIES 为代理连过来的地址，如 127.0.0.1"))
    return Finding(_("网址"), "ok", _("%(hosts)s，走 TLS") % {"hosts": hosts})


def secret_key() -> Finding:
    if os.environ.get("TIANPING_SECRET_KEY"):
        text, enough = _("来自 TIANPING_SECRET_KEY"), len(settings.SECRET_KEY) >= 32
    else:
        file = Path(settings.HOME) / "secret_key"
        text, enough = _("存在 %(file)s") % {"file": file}, not stat.S_IMODE(file.stat().st_mode) & 0o077
    if enough:
        return Finding(_("会话密钥"), "ok", text)
    return Finding(_("会话密钥"), "bad", text, _("要 32 个字符以上的随机串，存它的文件只有本用户能读（chmod 600）"))


def sms() -> Finding:
    what = _("短信")
    if settings.TIANPING_SMS_URL and not settings.TIANPING_SMS_SECRET:
        return Finding(what, "bad", _("有网关的地址，没有签名用的密钥"), _("设 TIANPING_SMS_SECRET，和网关那边一样"))
    if settings.TIANPING_SMS_URL:
        if urlsplit(settings.TIANPING_SMS_URL).scheme not in {"http", "https"}:
            return Finding(what, "bad", _("网关的地址要以 http 或 https 开头"), _("改 TIANPING_SMS_URL"))
        return _queue(what, "sms", urlsplit(settings.TIANPING_SMS_URL).netloc)
    mend = _("设 TIANPING_SMS_URL 和 TIANPING_SMS_SECRET。没有短信，群众收不到通知和验证码，保护专员夜里叫不到")
    return Finding(what, "warn", _("没有配置网关，短信留在待发里"), mend)


def email() -> Finding:
    what = _("邮件")
    if "email" not in ready():
        mend = _("设 TIANPING_EMAIL_HOST、TIANPING_EMAIL_USER、TIANPING_EMAIL_PASSWORD 和 TIANPING_EMAIL_FROM")
        return Finding(what, "warn", _("没有配置邮件服务器，邮件留在待发里"), mend)
    plain = not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    if plain and settings.EMAIL_HOST not in _LOCAL:
        text = _("发往 %(host)s 的邮件和密码是明文") % {"host": settings.EMAIL_HOST}
        return Finding(what, "warn", text, _("设 TIANPING_EMAIL_TLS=starttls 或 tls"))
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        return Finding(what, "warn", _("没有写明发件人"), _("设 TIANPING_EMAIL_FROM"))
    return _queue(what, "email", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")


def _queue(what: str, channel: str, where: str) -> Finding:
    """A way out that is set: does anything pile up before it?"""
    count, since = waiting(settings.JURISDICTION).get(channel, (0, None))
    if count and since is not None:
        facts = {"where": where, "count": count, "since": f"{since:%Y-%m-%d %H:%M}"}
        return Finding(what, "ok", _("%(where)s，待发 %(count)s 条，最早的是 %(since)s") % facts)
    return Finding(what, "ok", _("%(where)s，没有待发的") % {"where": where})


def clamav() -> Finding:
    what = _("查毒")
    if not settings.CLAMD:
        mend = _("想查病毒就装 clamav-daemon，再设 TIANPING_CLAMD 为它的套接字或 地址:端口")
        return Finding(what, "optional", _("没有设，收下的文件不查病毒"), mend)
    host, _colon, port = settings.CLAMD.rpartition(":")
    family, where = (socket.AF_INET, (host, int(port))) if host else (socket.AF_UNIX, settings.CLAMD)
    try:
        with socket.socket(family, socket.SOCK_STREAM) as daemon:
            daemon.settimeout(5)
            daemon.connect(where)
            daemon.sendall(b"zPING\0")
            alive = daemon.recv(16).startswith(b"PONG")
    except OSError:
        alive = False
    if alive:
        return Finding(what, "ok", settings.CLAMD)
    mend = _("启动 clamd，或去掉 TIANPING_CLAMD；连不上时系统不收文件")
    return Finding(what, "bad", _("连不上 %(where)s") % {"where": settings.CLAMD}, mend)


def mode() -> Finding:
    if settings.DEBUG:
        return Finding(_("方式"), "bad", _("开着调试，出错时会把内部细节给人看"), _("去掉 TIANPING_DEBUG"))
    if settings.DEMO:
        return Finding(
            _("方式"), "warn", _("演示方式：不强制第二道验证，验证码显示在页面上"), _("正式用时去掉 TIANPING_DEMO")
        )
    return Finding(_("方式"), "ok", _("正式"))
