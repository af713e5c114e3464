"""Django's settings, made from the LINKSTEAD_* variables. Nothing else configures this project."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from linkstead.server.databases import django_database
from linkstead.server.secret import read_secret
from linkstead.settings import read_settings

LINKSTEAD = read_settings(os.environ)
BASE_DIR = Path(__file__).parent

DEBUG = LINKSTEAD.debug
# `bootstrap.prepare` makes the lasting key before anything is signed; tools that only look around
# (type checkers, `doctor` on a fresh folder) get one that dies with them and leave no file behind
SECRET_KEY = read_secret(LINKSTEAD) or secrets.token_urlsafe(48)
ALLOWED_HOSTS = sorted(
    {"localhost", "127.0.0.1", "[::1]", *LINKSTEAD.allowed_hosts}
    | ({urlsplit(LINKSTEAD.base_url).hostname or ""} if LINKSTEAD.base_url else set())
    | ({LINKSTEAD.bind} if LINKSTEAD.bind not in {"0.0.0.0", "::"} else set())  # noqa: S104 - compared only
)
CSRF_TRUSTED_ORIGINS = [LINKSTEAD.base_url] if LINKSTEAD.base_url else []

INSTALLED_APPS = [
    "linkstead.server.look",
    "linkstead.server.accounts",
    "linkstead.server.projects",
    "linkstead.server.tracking",
    "linkstead.server.alerts",
    "linkstead.server.watching",
    "linkstead.server.triage",
    "linkstead.server.disavow",
    "linkstead.server.incidents",
    "linkstead.server.audits",
    "linkstead.server.explorer",
    "linkstead.server.atlas",
    "linkstead.server.jobs",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "linkstead.server.proxy.TrustedProxy",
    "linkstead.server.security.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "linkstead.server.accounts.middleware.Welcome",
]

ROOT_URLCONF = "linkstead.server.urls"
WSGI_APPLICATION = "linkstead.server.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "linkstead.server.look.context.look",
            ],
        },
    }
]

DATABASES = {"default": django_database(LINKSTEAD)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # sign-in attempts are counted here: in the database, so that all web processes count together
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"},
}

# -- people ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "projects:list"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "linkstead.server.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/10m/ip,5/5m/key", "login": "60/m/ip"}
MFA_ADAPTER = "linkstead.server.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Linkstead"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "linkstead_session"
SESSION_COOKIE_AGE = 14 * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = LINKSTEAD.is_https
CSRF_COOKIE_NAME = "linkstead_csrf"
CSRF_COOKIE_SECURE = LINKSTEAD.is_https
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# -- the wire --------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if LINKSTEAD.is_https else 0
# nobody is redirected to https: whoever set BASE_URL to https has a proxy that does so
SECURE_SSL_REDIRECT = False

# a request may be as large as the largest upload; form fields beside files stay small
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 100
FILE_UPLOAD_HANDLERS = ["linkstead.server.tracking.uploads.StreamToDisk"]

STATIC_URL = "/static/"
STATIC_ROOT = LINKSTEAD.data / "cache" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# files are served from the package itself; there is no build step and no collecting
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# short: an upgrade must not mix old and new scripts for long; unchanged files answer 304. Names with a
# digest in them would last for ever, but scripts that import each other would keep the old names.
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

#: where charts' scripts and other things that can be made again are kept
LINKSTEAD_CACHE_DIR = LINKSTEAD.data / "cache"

# -- jobs ------------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# -- mail ------------------------------------------------------------------------------------------

EMAIL_HOST = LINKSTEAD.mail_host  # empty: no mail leaves
EMAIL_PORT = LINKSTEAD.mail_port
EMAIL_HOST_USER = LINKSTEAD.mail_user
EMAIL_HOST_PASSWORD = LINKSTEAD.mail_password
EMAIL_USE_TLS = LINKSTEAD.mail_tls == "starttls"
EMAIL_USE_SSL = LINKSTEAD.mail_tls == "tls"
#: seconds for each step of the conversation; all of them together stay below the lease of a delivery
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = f"Linkstead <{LINKSTEAD.mail_sender}>"

# -- language, time, words -------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = LINKSTEAD.time_zone

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "linkstead.server.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
    },
}
