"""Django's settings. Not to be edited: an installation sets what docs/reference/settings.md names."""

from __future__ import annotations

from leadline.core.settings import home
from leadline.store import address, driver
from leadline.store.secret import secret_key

driver.install()
home().mkdir(parents=True, exist_ok=True, mode=0o700)

SECRET_KEY = secret_key()
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "leadline.store"]
AUTH_USER_MODEL = "store.User"
DATABASES = {"default": address.django_database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
