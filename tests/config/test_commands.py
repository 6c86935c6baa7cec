"""Every command: its help in both languages, one JSON object, errors as sentences, exit codes."""

import json
import os
import re
import shutil
import subprocess
import sys

import click
import psycopg
import pytest

from tests.conftest import ROOT
from tests.kernel.matters.conftest import Road
from tianping.config.cli import main
from tianping.config.health import inside, outside
from tianping.config.words import english, gettext
from tianping.kernel.matters.readers.sequencer import sequence

HAN = re.compile(r"[\u4e00-\u9fff]")


def commands(group=main, path=()):
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def said(*words, **env):
    """In a process of its own, because a help is said in the locale that the process began with."""
    clean = {k: v for k, v in os.environ.items() if k not in {"LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"}}
    return subprocess.run(
        [sys.executable, "-m", "tianping.config", *words], env=clean | env, capture_output=True, text=True, check=False
    )


ALL = """
import io, sys
from contextlib import redirect_stdout
from tianping.config.cli import main
for words in [line.split() for line in sys.argv[1].splitlines()]:
    main([*words, "--help"], standalone_mode=False)
    print("--")
"""


@pytest.mark.parametrize(
    ("lang", "frame"), [("C.UTF-8", "用法："), ("zh_CN.UTF-8", "用法："), ("en_US.UTF-8", "Usage:")]
)
def test_help_in_the_operators_language(lang, frame):
    paths = [" ".join(path) for path in commands()]
    assert len(paths) >= 15
    env = {k: v for k, v in os.environ.items() if k not in {"LC_ALL", "LC_MESSAGES", "LANGUAGE"}} | {"LANG": lang}
    done = subprocess.run(
        [sys.executable, "-c", ALL, "\n".join(["", *paths])], env=env, capture_output=True, text=True, check=True
    )
    pages = done.stdout.split("--\n")[:-1]
    assert len(pages) == len(paths) + 1
    for page in pages:
        assert frame in page
        assert bool(HAN.search(page)) is (frame == "用法："), page


def test_every_command_that_ends_speaks_json():
    def ends(path):
        command = main
        for name in path:
            command = command.commands[name]
        return command if not isinstance(command, click.Group) else None

    for command in filter(None, map(ends, commands())):
        assert any(o.name == "as_json" for o in command.params), command.name
        assert all(o.help for o in command.params if isinstance(o, click.Option)), command.name


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nosuch"], 2, "没有 nosuch 这个命令。"),
        (["serve", "--port", "70000"], 2, "'--port' 的值不对"),
        (["backup"], 2, "缺参数"),
        (["restore", "/nowhere/at/all"], 2, "不存在"),
        (["--version"], 0, "tianping"),
    ],
)
def test_what_is_not_understood(words, code, told):
    done = said(*words)
    assert done.returncode == code
    assert told in done.stdout + done.stderr


def test_a_database_out_of_reach_is_a_sentence(tmp_path):
    env = {"DATABASE_URL": f"postgresql://nobody@/none?host={tmp_path}", "TIANPING_HOME": str(tmp_path)}
    for words in (["ledger", "verify"], ["packs", "list"], ["migrate"], ["backup", str(tmp_path / "b")]):
        done = said(*words, "--json", **env)
        assert done.returncode == 1, words
        assert "连不上数据库" in json.loads(done.stdout)["error"], words
        assert "Traceback" not in done.stderr, words


def test_an_empty_database_says_to_migrate(scratch, tmp_path):
    from tianping.config.database import ensure_database

    url = scratch("empty")
    ensure_database(url, "tianping_app")
    done = said("packs", "list", DATABASE_URL=url, TIANPING_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "请先运行 tianping migrate" in done.stderr


def test_migrate_makes_database_and_keys_and_may_be_run_again(scratch, tmp_path):
    url = scratch("made")
    with psycopg.connect(url.replace("/made", "/postgres").replace(f"_{os.getpid()}", ""), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE made_{os.getpid()}")  # an earlier try ended here, without extensions
    for _time in range(2):
        done = said("migrate", "--json", DATABASE_URL=url, TIANPING_HOME=str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["keys"] == str(tmp_path / "keys")
    assert (tmp_path / "keys" / "county.json").exists()


def test_packs_list_check_and_load(tianping, tmp_path):
    found = tianping("packs", "list", "--json").json
    assert [r["pack"] for r in found["releases"]] == ["national", "qingxi"]
    assert "national" in tianping("packs", "list").output
    folders = [str(ROOT / "packs" / name) for name in ("national", "qingxi")]
    assert tianping("packs", "check", *folders, "--json").json == {"problems": []}
    loaded = tianping("packs", "load", *folders, "--json")
    assert loaded.json["qingxi"] == {"added": 0, "changed": 0, "ended": 0}
    assert loaded.json["county"]["agencies"] > 10
    broken = tmp_path / "qingxi"
    shutil.copytree(folders[1], broken)
    (broken / "grades.json").write_text('[{"code": ""}]')
    checked = tianping("packs", "check", folders[0], str(broken), "--json")
    assert checked.exit_code == 1
    assert any("grades.json" in p for p in checked.json["problems"])
    refused = tianping("packs", "load", folders[0], str(broken), "--json")
    assert refused.exit_code == 1
    assert "grades.json" in refused.json["error"]


def test_ledger_verify_and_rotate(tianping, monkeypatch, tmp_path, settings):
    keys = tmp_path / "keys"
    shutil.copytree(settings.KEY_FOLDER, keys)
    keys.chmod(0o700)
    settings.KEY_FOLDER = keys
    Road().to("accepting")
    told = tianping("ledger", "verify", "--json").json
    assert (told["chains"], told["entries"], told["faults"]) == (1, 3, [])
    assert "问题 0 处" in tianping("ledger", "verify").output
    assert tianping("ledger", "rotate", "--json").json["values"] > 0
    assert "请把密钥文件夹" in tianping("ledger", "rotate").output


@pytest.fixture
def owner(database_url):
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_ledger_checkpoint_and_what_it_finds(tianping, owner, checkpoint_folder, tmp_path):
    assert "流水还是空的" in tianping("ledger", "checkpoint", "--json").json["error"]
    one = Road().to("accepting")
    assert "没有检查点" in tianping("ledger", "verify").output
    sequence("990101")
    made = tianping("ledger", "checkpoint", "--json").json
    assert (made["position"], made["chains"], made["aside"]) == (3, 1, 0)
    assert tianping("ledger", "checkpoint", "--json").json == made
    assert "没有签名" in tianping("ledger", "checkpoint").output
    told = tianping("ledger", "verify", "--checkpoint", made["file"], "--json").json
    assert (told["checkpoints"], told["faults"]) == (1, [])
    broken = tmp_path / "broken.json"
    broken.write_text("x")
    assert "不是一份检查点" in tianping("ledger", "verify", "--checkpoint", str(broken), "--json").json["error"]

    owner.execute("UPDATE matter SET state = 'closed', number_seq = 9, number = replace(number, '1号', '9号')")
    result = tianping("ledger", "verify")
    assert result.exit_code == 1
    assert "第3条：事项的“环节”和记录对不上：记录写到这里是 accepting，数据库里是 closed。" in result.output
    assert "没有事项用的编号：2026-1…8" in result.output
    (fault, *_more) = tianping("ledger", "verify", "--json").json["faults"]
    assert (fault["kind"], fault["chain"], fault["seq"]) == ("derived", str(one.matter), 3)
    assert fault["number"].endswith("9号")

    owner.execute("DELETE FROM feed WHERE position = 3")
    assert "全部记录：" in tianping("ledger", "verify").output
    assert "--restored" in tianping("ledger", "checkpoint", "--json").json["error"]
    left = tianping("ledger", "verify", "--restored")
    assert "恢复的备份以后还有 1 份检查点" in left.output
    again = tianping("ledger", "checkpoint", "--restored")
    assert "1 份挪到了 aside" in again.output
    assert "position" in tianping("ledger", "checkpoint", "--json").json
    (checkpoint_folder / "000000000002.json").write_text("x")
    assert "不是一份检查点" in tianping("ledger", "checkpoint", "--json").json["error"]


def test_work_once(tianping):
    Road().to("accepting")
    assert tianping("work", "--once", "--json").json["done"] > 0
    assert tianping("work", "--once").output == "做了 0 项\n"


def test_a_part_of_the_work_that_fails_is_named(tianping, monkeypatch):
    from tianping.capabilities.notices.reader import Notices

    Road()
    monkeypatch.setattr(Notices, "read", lambda *_words: 1 / 0)
    result = tianping("work", "--once", "--json")
    assert result.exit_code == 1
    assert "notices" in result.json["error"]


def test_an_import_without_anybody_to_dispatch_says_so(tianping, tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"no workbook")
    assert (
        "没有找到能派单的人“nobody”"
        in tianping("import", "reports", str(file), "--as", "nobody", "--json").json["error"]
    )
    assert "打不开" in tianping("import", "reports", str(file), "--json").json["error"]


# ── doctor ──
def states(result):
    return {f["what"]: f["state"] for f in result.json["findings"]}


def test_a_healthy_house(tianping, settings):
    settings.ALLOWED_HOSTS = ["localhost"]  # Django's test runner adds a name
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    result = tianping("doctor", "--json")
    found = states(result)
    assert result.exit_code == 0, result.output
    assert found["数据库"] == found["行级权限"] == found["表结构"] == found["县"] == found["密钥"] == "ok"
    assert (found["短信"], found["邮件"], found["查毒"], found["网址"]) == ("warn", "warn", "optional", "optional")
    assert all(f["mend"] for f in result.json["findings"] if f["state"] != "ok")
    assert "怎么办：" in tianping("doctor").output


@pytest.mark.parametrize(
    ("check", "change", "state", "mend"),
    [
        (outside.sms, {"TIANPING_SMS_URL": "https://sms.example/"}, "bad", "TIANPING_SMS_SECRET"),
        (outside.sms, {"TIANPING_SMS_URL": "sms.example", "TIANPING_SMS_SECRET": "s"}, "bad", "TIANPING_SMS_URL"),
        (outside.sms, {"TIANPING_SMS_URL": "https://sms.example/", "TIANPING_SMS_SECRET": "s"}, "ok", ""),
        (outside.email, {"EMAIL_HOST": "mail.example", "DEFAULT_FROM_EMAIL": "a@example"}, "ok", ""),
        (outside.email, {"EMAIL_HOST": "mail.example", "EMAIL_USE_TLS": False}, "warn", "TIANPING_EMAIL_TLS"),
        (
            outside.email,
            {"EMAIL_HOST": "mail.example", "DEFAULT_FROM_EMAIL": "x@localhost"},
            "warn",
            "TIANPING_EMAIL_FROM",
        ),
        (outside.address, {"ALLOWED_HOSTS": ["a.example"]}, "bad", "TIANPING_TLS"),
        (outside.address, {"ALLOWED_HOSTS": ["a.example"], "TLS": True}, "warn", "TIANPING_ORIGINS=https://a.example"),
        (
            outside.address,
            {"ALLOWED_HOSTS": ["a.example"], "TLS": True, "CSRF_TRUSTED_ORIGINS": ["https://a.example"]},
            "warn",
            "TIANPING_PROXIES",
        ),
        (
            outside.address,
            {
                "ALLOWED_HOSTS": ["a.example"],
                "TLS": True,
                "CSRF_TRUSTED_ORIGINS": ["https://a.example"],
                "PROXIES": {"127.0.0.1"},
            },
            "ok",
            "",
        ),
        (outside.clamav, {"CLAMD": "127.0.0.1:1"}, "bad", "TIANPING_CLAMD"),
        (outside.mode, {"DEBUG": True}, "bad", "TIANPING_DEBUG"),
        (outside.mode, {"DEMO": True}, "warn", "TIANPING_DEMO"),
        (inside.county, {"JURISDICTION": "110101"}, "bad", "TIANPING_JURISDICTION"),
    ],
)
def test_what_is_missing_and_how_to_mend_it(fresh, settings, check, change, state, mend):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = True
    for name, value in change.items():
        setattr(settings, name, value)
    found = check()
    assert found.state == state, found
    assert mend in found.mend


def test_keys_that_are_away_open_or_of_another_house(fresh, tmp_path, settings):
    from tianping.kernel.parties.keys import KeyStore

    Road()
    settings.KEY_FOLDER = tmp_path / "away"
    assert inside.keys().state == "bad"
    settings.KEY_FOLDER = tmp_path / "other"
    KeyStore.create(settings.KEY_FOLDER)
    assert "不是这个库的" in inside.keys().text
    (settings.KEY_FOLDER / "county.json").chmod(0o644)
    found = inside.keys()
    assert (found.state, found.mend) == ("bad", f"chmod -R go= {settings.KEY_FOLDER}")


def test_a_year_without_holidays(fresh, monkeypatch):
    from datetime import date

    for year, state in ((2026, "ok"), (2040, "bad")):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda year=year: date(year, 12, 1))
        assert inside.calendar().state == state


def test_a_full_disk_and_a_worker_that_is_away(fresh, monkeypatch):
    from datetime import timedelta
    from types import SimpleNamespace

    from django.utils import timezone

    for free, state in ((9e9, "ok"), (1e9, "warn"), (1e8, "bad")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder, free=free: SimpleNamespace(free=free))
        assert inside.disk().state == state
    Road()
    assert inside.worker().state == "ok"
    later = timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert inside.worker().state == "warn"


def test_a_session_key_that_others_can_read(tmp_path, settings, monkeypatch):
    settings.HOME = tmp_path
    (tmp_path / "secret_key").write_text("x" * 40)
    (tmp_path / "secret_key").chmod(0o600)
    assert outside.secret_key().state == "ok"
    (tmp_path / "secret_key").chmod(0o644)
    assert outside.secret_key().state == "bad"
    monkeypatch.setenv("TIANPING_SECRET_KEY", "short")
    settings.SECRET_KEY = "short"
    assert outside.secret_key().state == "bad"


def test_one_check_that_breaks_does_not_hide_the_others(tianping, monkeypatch):
    monkeypatch.setattr(inside, "disk", lambda: 1 / 0)
    result = tianping("doctor", "--json")
    assert result.exit_code == 1
    assert {"what": "<lambda>", "state": "bad", "text": "division by zero", "mend": ""} in result.json["findings"]
    assert len(result.json["findings"]) == 15


def test_the_locale_decides(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    for lang, asked in (("en_GB.UTF-8", True), ("C.UTF-8", False), ("", False), ("zh_CN.UTF-8", False)):
        monkeypatch.setenv("LANG", lang)
        assert english() is asked
        assert gettext("停下了") == ("Stopped" if asked else "停下了")
