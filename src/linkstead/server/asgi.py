"""The ASGI application, for those who put Linkstead behind a server of their own."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkstead.server.settings")
application = get_asgi_application()
