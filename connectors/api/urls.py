from rest_framework.routers import SimpleRouter

from connectors.api.views import ConnectionViewSet, ConnectorViewSet, SyncViewSet

router = SimpleRouter(trailing_slash=False)
router.register("connections", ConnectionViewSet)
router.register("connectors", ConnectorViewSet, basename="connector")
router.register("syncs", SyncViewSet)

urlpatterns = router.urls
