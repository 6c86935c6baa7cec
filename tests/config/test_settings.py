"""What the environment sets, and that the list of it is complete."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ASK = """
import json, sys, django
from django.conf import settings
names = sys.argv[1:]
print(json.dumps({n: getattr(settings, n) for n in names}, default=sorted))
"""


def settings_of(*names, **env):
    env = {k: v for k, v in os.environ.items() if not k.startswith("TIANPING_")} | env
    env["DJANGO_SETTINGS_MODULE"] = "tianping.config.settings"
    done = subprocess.run([sys.executable, "-c", ASK, *names], env=env, capture_output=True, text=True, check=False)
    return done.stdout or done.stderr


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, '{"EMAIL_PORT": 587, "EMAIL_USE_TLS": true, "EMAIL_USE_SSL": false, "EMAIL_HOST": ""}'),
        (
            {"TIANPING_EMAIL_TLS": "tls", "TIANPING_EMAIL_HOST": "mail.example.gov"},
            '{"EMAIL_PORT": 465, "EMAIL_USE_TLS": false, "EMAIL_USE_SSL": true, "EMAIL_HOST": "mail.example.gov"}',
        ),
        (
            {"TIANPING_EMAIL_TLS": "off", "TIANPING_EMAIL_PORT": "2525"},
            '{"EMAIL_PORT": 2525, "EMAIL_USE_TLS": false, "EMAIL_USE_SSL": false, "EMAIL_HOST": ""}',
        ),
    ],
)
def test_email(env, told, tmp_path):
    names = ("EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL", "EMAIL_HOST")
    assert settings_of(*names, TIANPING_HOME=str(tmp_path), **env).strip() == told


def test_sms_proxies_and_sender(tmp_path):
    env = {
        "TIANPING_SMS_URL": "https://sms.example/send",
        "TIANPING_SMS_SECRET": "s",
        "TIANPING_PROXIES": "127.0.0.1, 10.0.0.2",
        "TIANPING_EMAIL_USER": "notice@example.gov",
        "TIANPING_TLS": "1",
    }
    names = ("TIANPING_SMS_URL", "TIANPING_SMS_SECRET", "PROXIES", "DEFAULT_FROM_EMAIL", "SESSION_COOKIE_SECURE")
    told = settings_of(*names, TIANPING_HOME=str(tmp_path), **env)
    assert told.strip() == (
        '{"TIANPING_SMS_URL": "https://sms.example/send", "TIANPING_SMS_SECRET": "s", "PROXIES": ["10.0.0.2", "127.0.0.1"],'
        ' "DEFAULT_FROM_EMAIL": "notice@example.gov", "SESSION_COOKIE_SECURE": true}'
    )


@pytest.mark.parametrize(("name", "value"), [("TIANPING_EMAIL_PORT", "no"), ("TIANPING_EMAIL_TLS", "perhaps")])
def test_a_value_that_cannot_be_understood_is_said_in_a_sentence(name, value, tmp_path):
    env = os.environ | {name: value, "TIANPING_HOME": str(tmp_path), "DATABASE_URL": "postgresql:///x"}
    done = subprocess.run(
        [sys.executable, "-m", "tianping.config", "doctor"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_every_variable_is_in_the_docs_and_nothing_else():
    read = set()
    for file in (ROOT / "tianping").rglob("*.py"):
        text = file.read_text()
        read |= set(
            re.findall(
                r"(?:environ\.(?:get|setdefault)\(|_list\(|_choice\(|_number\(|environ\[)f?\"(TIANPING_[A-Z0-9_]+)\"",
                text,
            )
        )
    read |= {
        f"TIANPING_OIDC_{kind}_{part}" for kind in ("STAFF", "CITIZEN") for part in ("URL", "CLIENT", "SECRET", "NAME")
    }
    told = set(re.findall(r"`(TIANPING_[A-Z0-9_]+)`", (ROOT / "docs/admin/settings.md").read_text()))
    assert told - {"TIANPING_PYTHON"} == read
