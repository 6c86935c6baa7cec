"""`tianping serve`, `work`, `demo`, `migrate`: running the thing."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from tianping.config.terminal import answer, console, fail, json_option, progress, setup

PROJECT = Path(__file__).resolve().parents[3]
DEMO_PASSWORD = "qingxi-demo-2026"  # noqa: S105  # of a fictional county, printed at the end
DEMO_COUNT = 306


@click.command("migrate")
@json_option
def migrate_(*, as_json: bool) -> None:
    """建库并把表结构升到这一版。"""
    url = _prepare()
    answer({"database": "ready"}, [f"数据库已就绪：{url.rpartition('@')[2]}"], as_json=as_json)


def _prepare() -> str:
    """Server, database, schema, keys; returns the URL."""
    from tianping.config.database import ensure_database, migrate, start_embedded  # noqa: PLC0415

    url = start_embedded()
    os.environ["DATABASE_URL"] = url
    ensure_database(url, "tianping_app")
    migrate(url)
    setup()
    from tianping.config.county import ensure_keys  # noqa: PLC0415

    ensure_keys()
    return url


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="网页进程数。")
@click.option("--no-work", is_flag=True, help="不在旁边跑后台（另用 tianping work）。")
def serve(host: str, port: int, workers: int, *, no_work: bool) -> None:
    """提供网页、接口和实时更新，并在旁边跑后台。"""
    setup()
    _collect()
    run_services(host, port, workers, work=not no_work)


@click.command()
@click.option("--once", is_flag=True, help="把现有的做完就退出。")
def work(*, once: bool) -> None:
    """后台：排序、跟随、通知、到期。"""
    setup()
    import threading  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415

    from tianping.kernel.matters.readers.work import work as loop  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loop(settings.JURISDICTION, once=once, stop=stop)


def _collect() -> None:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("collectstatic", interactive=False, verbosity=0)


def run_services(host: str, port: int, workers: int, *, work: bool, ready: list[str] | None = None) -> None:
    """Start each part as a process of its own and stay with them; when one ends, all end."""
    server = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "tianping.config.asgi:application",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--no-ws",
        "--log-level",
        "warning",
    ]
    commands = [server]
    if work:
        commands.append([sys.executable, "-m", "tianping.config", "work"])
    started = [subprocess.Popen(command, env=os.environ.copy()) for command in commands]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for line in ready or [f"http://{host}:{port}/"]:
            click.echo(line)
        while all(process.poll() is None for process in started):
            time.sleep(0.5)
        fail("有一个进程退出了，其余的也停下。原因见上面的输出。")
    except KeyboardInterrupt:
        console.print("停下了")
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="只建好演示县，不提供服务。")
@click.option("--fresh", is_flag=True, help="先删掉已有的演示县。")
@json_option
def demo(host: str, port: int, *, no_serve: bool, fresh: bool, as_json: bool) -> None:
    """建起虚构的青溪县：单位、人员、三百来件事，然后提供服务。"""
    os.environ["TIANPING_DEMO"] = "1"
    if fresh:
        _drop()
    url = _prepare()
    made = _build(quiet=as_json)
    facts = {
        "url": f"http://{host}:{port}/",
        "matters": made,
        "password": DEMO_PASSWORD,
        "database": url.rpartition("@")[2],
    }
    if no_serve:
        answer(facts, _welcome(host, port), as_json=as_json)
        return
    os.environ.setdefault("TIANPING_SECRET_KEY", secrets.token_urlsafe(48))
    _collect()
    run_services(host, port, 2, work=True, ready=_welcome(host, port))


def _drop() -> None:
    import psycopg  # noqa: PLC0415

    from tianping.config.database import admin_url, start_embedded  # noqa: PLC0415

    with psycopg.connect(admin_url(start_embedded()), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS tianping WITH (FORCE)")


def _build(*, quiet: bool) -> int:
    """Load the county and tell its matters, unless they are there already. The number of matters."""
    from django.conf import settings  # noqa: PLC0415

    from tianping.config.county import load_county, paths  # noqa: PLC0415
    from tianping.config.demo.county import build  # noqa: PLC0415
    from tianping.kernel.matters.models import Matter  # noqa: PLC0415
    from tianping.kernel.packs.reader import read_pack  # noqa: PLC0415
    from tianping.kernel.service import acting, system_actor  # noqa: PLC0415

    county = PROJECT / "packs" / "qingxi"
    load_county([PROJECT / "packs" / "national", county], settings.JURISDICTION, password=DEMO_PASSWORD)
    with acting(system_actor(settings.JURISDICTION)):
        there = Matter.objects.filter(jurisdiction=settings.JURISDICTION).count()
    if there:
        return there
    with progress("青溪县的事项", quiet=quiet) as step:
        return build(read_pack(county), settings.JURISDICTION, paths(settings.JURISDICTION), DEMO_COUNT, step)


def _welcome(host: str, port: int) -> list[str]:
    who = (
        ("liuxiaoyan", "派单员"),
        ("huangli", "窗口登记员"),
        ("sunlei", "督办员"),
        ("chenguihua", "县领导"),
        ("caoyong", "住建局经办人"),
        ("pengna", "住建局负责人"),
        ("shenlan", "城东街道"),
        ("zhulin", "保护专员"),
        ("gaofeng", "档案员"),
        ("guoyan", "审计管理员"),
        ("linhaitao", "安全管理员"),
        ("hejing", "系统管理员"),
    )
    lines = [
        "",
        "青溪县（虚构）已经建好。",
        f"  群众：      http://{host}:{port}/",
        f"  工作人员：  http://{host}:{port}/desk/",
        f"  接口：      http://{host}:{port}/api/v1/docs",
        f"  密码都是：  {DEMO_PASSWORD}",
    ]
    return [*lines, *(f"  {name:<12}{title}" for name, title in who), "按 Ctrl+C 停下。"]
