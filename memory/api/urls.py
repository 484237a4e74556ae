"""Paths of memory."""

from rest_framework.routers import SimpleRouter

from memory.api import tool_urls
from memory.api.views import MemoryViewSet

router = SimpleRouter(trailing_slash=False)
router.register("context", MemoryViewSet)

urlpatterns = [*tool_urls.urlpatterns, *router.urls]
