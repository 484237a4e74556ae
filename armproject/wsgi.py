"""The door for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from armproject.lib.chunked import ReadChunkedBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "armproject.settings")

application = ReadChunkedBody(get_wsgi_application())
