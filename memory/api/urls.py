"""Paths of memory."""

from rest_framework.routers import SimpleRouter

from memory.api import finding_urls, moving_urls, store_urls, tool_urls
from memory.api.views import MemoryViewSet

router = SimpleRouter(trailing_slash=False)
router.register("context", MemoryViewSet)

# Words come before a memory's own page, which would take them for its id.
urlpatterns = [
    *finding_urls.urlpatterns,
    *moving_urls.urlpatterns,
    *tool_urls.urlpatterns,
    *store_urls.urlpatterns,
    *router.urls,
]
