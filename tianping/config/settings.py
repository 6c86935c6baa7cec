"""Settings. Everything an operator may change comes from the environment; `tianping doctor` explains each."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tianping.config.postgres import default_cluster

BASE = Path(__file__).resolve().parents[2]
HOME = default_cluster().data.parent

DEBUG = os.environ.get("TIANPING_DEBUG") == "1"
DEMO = os.environ.get("TIANPING_DEMO") == "1"
JURISDICTION = os.environ.get("TIANPING_JURISDICTION", "990101")
NODE = os.environ.get("TIANPING_NODE", "centre")
KEY_FOLDER = Path(os.environ.get("TIANPING_KEYS", HOME / "keys"))
# The role that migrates owns the tables; pages, API and workers act as APP_ROLE, which row-level security binds.
APP_ROLE = "tianping_app"
LEDGER_SM3 = os.environ.get("TIANPING_SM3") == "1"


def _secret() -> str:
    if key := os.environ.get("TIANPING_SECRET_KEY"):
        return key
    file = HOME / "secret_key"
    if not file.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))
    return file.read_text()


SECRET_KEY = _secret()
ALLOWED_HOSTS = os.environ.get("TIANPING_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TIANPING_ORIGINS", "").split(",") if o]


def _database(url: str) -> dict[str, object]:
    """Django's settings for a PostgreSQL URL, `?host=` naming a socket folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, object] = {"assume_role": APP_ROLE, "prepare_threshold": 2, "server_side_binding": True}
    if os.environ.get("TIANPING_AS_OWNER") == "1":  # migrate and the checks of `doctor`
        options.pop("assume_role")
    options |= {k: v for k, v in query.items() if k != "host"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "tianping",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or (parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


DATABASE_URL = os.environ.get("DATABASE_URL") or default_cluster().url("postgres")
DATABASES = {"default": _database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SCENES = ["tianping.scenes.intake", "tianping.scenes.archive", "tianping.scenes.demo"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "tianping.kernel.packs",
    "tianping.kernel.places",
    "tianping.kernel.agencies",
    "tianping.kernel.parties",
    "tianping.kernel.documents",
    "tianping.kernel.matters",
    "tianping.capabilities.search",
    "tianping.web",
]
LOGIN_URL = "/login/"
AUTH_USER_MODEL = "agencies.User"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tianping.web.accounts.middleware.SwitchMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tianping.web.accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "tianping.config.urls"
WSGI_APPLICATION = "tianping.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tianping.web.accounts.context.shell",
            ],
        },
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE / "tianping" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
FILES_FOLDER = HOME / "files"  # contents under their hashes; S3 by other STORAGES
UPLOAD_FOLDER = HOME / "uploads"  # files on their way
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES_FOLDER)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("TIANPING_TLS") == "1"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# ClamAV's daemon, "host:port" or a socket's path; empty: files are not scanned, and `doctor` says so.
CLAMD = os.environ.get("TIANPING_CLAMD", "")
