"""Settings. Everything an operator may change comes from the environment; `tianping doctor` explains each."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from tianping.config.postgres import default_cluster
from tianping.config.words import gettext as _


def _list(name: str, default: str = "") -> list[str]:
    """A variable that holds several values with commas between them."""
    return [v.strip() for v in os.environ.get(name, default).split(",") if v.strip()]


def _choice(name: str, choices: tuple[str, ...]) -> str:
    """One of the named values, the first unless the operator says otherwise."""
    value = os.environ.get(name, "") or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(
            _("%(name)s 只能写：%(choices)s（现在是 %(value)s）")
            % {"name": name, "choices": "、".join(choices), "value": value}
        )
    return value


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(_("%(name)s 要写一个数（现在是 %(value)s）") % {"name": name, "value": value})
    return int(value)


BASE = Path(__file__).resolve().parents[2]
HOME = default_cluster().data.parent

DEBUG = os.environ.get("TIANPING_DEBUG") == "1"
DEMO = os.environ.get("TIANPING_DEMO") == "1"
JURISDICTION = os.environ.get("TIANPING_JURISDICTION", "990101")
NODE = os.environ.get("TIANPING_NODE", "centre")
KEY_FOLDER = Path(os.environ.get("TIANPING_KEYS", HOME / "keys"))
# What was lawfully erased, outside the database: a restore reads it. Keep a copy with the keys.
ERASURE_REGISTER = Path(os.environ.get("TIANPING_ERASURES", HOME / "erasures.jsonl"))
# Where every chain stood, outside the database: written once a day and after so many entries. Keep copies elsewhere.
CHECKPOINT_FOLDER = Path(os.environ.get("TIANPING_CHECKPOINTS", HOME / "checkpoints"))
CHECKPOINT_ENTRIES = _number("TIANPING_CHECKPOINT_ENTRIES", 10_000)
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
ALLOWED_HOSTS = _list("TIANPING_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = _list("TIANPING_ORIGINS")
# The addresses of the reverse proxies in front: only their word about the caller's address counts.
PROXIES = frozenset(_list("TIANPING_PROXIES"))


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
    "tianping.capabilities.notices",
    "tianping.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
# Where pages hear that something moved (server-sent events); empty: they do not listen.
LIVE_URL = os.environ.get("TIANPING_LIVE_URL", "/live/events")
# What follows the record, each with a position of its own in the feed.
READERS = [
    "tianping.kernel.matters.readers.followers.Followers",
    "tianping.kernel.matters.readers.counters.Counters",
    "tianping.kernel.matters.readers.checkpoints.Checkpoints",
    "tianping.capabilities.search.reader.SearchReader",
    "tianping.capabilities.notices.reader.Notices",
    "tianping.capabilities.erasures.reader.ErasureRegister",
]
LOGIN_URL = "/login/"
AUTH_USER_MODEL = "agencies.User"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tianping.web.accounts.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # adds bytes at random, so that lengths tell nothing of what is secret (BREACH)
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tianping.web.accounts.middleware.PreferenceMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tianping.web.accounts.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
    # Names with the content's hash, kept by browsers for good, and compressed beforehand.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# The proxy in front speaks TLS and says so; then cookies go no other way, and browsers remember it for a year.
TLS = os.environ.get("TIANPING_TLS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
SESSION_COOKIE_AGE = 8 * 3600  # a working day
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Log-in. Who works here needs a second factor; in the demo it is offered.
SECOND_FACTOR = "offered" if DEMO else "required"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "tianping.web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # there is no sign-up; allauth checks that these agree
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE; a closed browser does not end a field officer's day
ACCOUNT_USER_DISPLAY = "tianping.web.accounts.adapters.display"
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "60/10m/ip,6/10m/key", "reauthenticate": "10/m/user"}
ACCOUNT_FORMS = {
    "reauthenticate": "tianping.web.accounts.forms.AgainForm",
    "change_password": "tianping.web.accounts.forms.PasswordForm",
}
MFA_ADAPTER = "tianping.web.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "tianping.web.accounts.forms.SecondForm",
    "reauthenticate": "tianping.web.accounts.forms.SecondAgainForm",
    "activate_totp": "tianping.web.accounts.forms.TOTPForm",
    "add_webauthn": "tianping.web.accounts.forms.PasskeyForm",
}
SOCIALACCOUNT_ADAPTER = "tianping.web.accounts.oidc.SocialAdapter"


def _oidc(kind: str) -> list[dict[str, object]]:
    """The OIDC provider for `staff` or `citizen`, when the operator has named one."""
    names = ("URL", "CLIENT", "SECRET", "NAME")
    url, client, secret, name = (os.environ.get(f"TIANPING_OIDC_{kind.upper()}_{part}", "") for part in names)
    if not url:
        return []
    return [
        {
            "provider_id": kind,
            "name": name or url,
            "client_id": client,
            "secret": secret,
            "settings": {"server_url": url},
        }
    ]


SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [*_oidc("staff"), *_oidc("citizen")]}
}
# How a one-time code reaches a citizen's phone.
CODE_SENDER = f"tianping.web.accounts.codes.{'OnPage' if DEMO else 'Gateway'}"
# Log-in counts its tries here: one cache for every process.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "web_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# How notices leave the house; what has no way out waits, and `doctor` says so.
TIANPING_SMS_URL = os.environ.get("TIANPING_SMS_URL", "")
TIANPING_SMS_SECRET = os.environ.get("TIANPING_SMS_SECRET", "")
EMAIL_HOST = os.environ.get("TIANPING_EMAIL_HOST", "")
_email_tls = _choice("TIANPING_EMAIL_TLS", ("starttls", "tls", "off"))
EMAIL_USE_TLS, EMAIL_USE_SSL = _email_tls == "starttls", _email_tls == "tls"
EMAIL_PORT = _number("TIANPING_EMAIL_PORT", {"starttls": 587, "tls": 465, "off": 25}[_email_tls])
EMAIL_HOST_USER = os.environ.get("TIANPING_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TIANPING_EMAIL_PASSWORD", "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("TIANPING_EMAIL_FROM") or EMAIL_HOST_USER or "tianping@localhost"

# ClamAV's daemon, "host:port" or a socket's path; empty: files are not scanned, and `doctor` says so.
CLAMD = os.environ.get("TIANPING_CLAMD", "")
