from rest_framework.routers import SimpleRouter

from jobs.api.subscriptions import DeliveryViewSet, SubscriptionViewSet
from jobs.api.views import JobViewSet

router = SimpleRouter(trailing_slash=False)
router.register("jobs", JobViewSet)
router.register("subscriptions", SubscriptionViewSet)
router.register("deliveries", DeliveryViewSet)

urlpatterns = router.urls
