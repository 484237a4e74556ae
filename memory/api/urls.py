"""Paths of memory."""

from memory.api import tool_urls

urlpatterns = [*tool_urls.urlpatterns]
