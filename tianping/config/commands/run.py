"""`tianping serve`, `work`, `migrate`: running the thing."""

import ipaddress
import json
import os
import signal

import click

from tianping.config.services import run_services
from tianping.config.terminal import answer, fail, json_option, setup
from tianping.config.words import gettext as _


@click.command("migrate", help=_("建库并把表结构升到这一版；没有密钥时生成密钥。"))
@json_option
def migrate_(*, as_json: bool) -> None:
    url = prepare()
    from django.conf import settings  # noqa: PLC0415  # after setup

    facts = {"database": url.rpartition("@")[2], "keys": str(settings.KEY_FOLDER)}
    lines = [
        _("数据库已就绪：%(database)s") % facts,
        _("密钥在 %(keys)s。请今天就把它另存一份：丢了它，谁也打不开个人信息。") % facts,
    ]
    answer(facts, lines, as_json=as_json)


def prepare() -> str:
    """Server, database, schema, keys; returns the URL."""
    from tianping.config.database import ensure_database, migrate  # noqa: PLC0415  # before settings are read

    url = setup()
    from django.conf import settings  # noqa: PLC0415

    ensure_database(url, settings.APP_ROLE)
    migrate(url)
    from tianping.config.county import ensure_keys  # noqa: PLC0415

    ensure_keys()
    return url


@click.command(help=_("提供网页、接口和实时更新，并在旁边跑后台。按 Ctrl+C 停下。"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("在哪个地址上听。"))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("在哪个端口上听。"))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help=_("网页进程数。"))
@click.option("--no-work", is_flag=True, help=_("不在旁边跑后台（另用 tianping work）。"))
@json_option
def serve(host: str, port: int, workers: int, *, no_work: bool, as_json: bool) -> None:
    setup()
    url = f"http://{shown(host)}:{port}/"
    run_services(host, port, workers, work=not no_work, ready=[json.dumps({"url": url}) if as_json else url])


@click.command(help=_("后台：排序、跟随、通知、到期。按 Ctrl+C 停下。"))
@click.option("--once", is_flag=True, help=_("把现有的做完就退出。"))
@json_option
def work(*, once: bool, as_json: bool) -> None:
    setup()
    import threading  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from tianping.kernel.matters.readers.work import WorkFailedError  # noqa: PLC0415
    from tianping.kernel.matters.readers.work import work as loop  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: stop.set())
    try:
        with translation.override("zh-hans"):  # what is written down does not follow the operator's language
            done = loop(settings.JURISDICTION, once=once, stop=stop)
    except WorkFailedError as error:
        fail(_("有几部分没有做成：%(parts)s。原因见上面的日志；修好以后再运行，会接着做。") % {"parts": error})
    if once or as_json:
        answer({"done": done}, [_("做了 %(done)s 项") % {"done": done}], as_json=as_json)


def shown(host: str) -> str:
    """The host as people type it. Passkeys know names, not numbers: for this machine it is localhost."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return host
    if number.is_loopback or number.is_unspecified:
        return "localhost"
    return f"[{host}]" if number.version == 6 else host


def allow(host: str) -> None:
    """Let pages be asked for by the address that was given on the command line, beside this machine's names."""
    os.environ.setdefault("TIANPING_HOSTS", f"127.0.0.1,localhost,[::1],{shown(host)}")
