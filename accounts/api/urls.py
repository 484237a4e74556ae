from rest_framework.routers import SimpleRouter

from accounts.api.grants import GrantViewSet
from accounts.api.roles import RoleViewSet
from accounts.api.views import ApiKeyViewSet, MemberViewSet, OrganizationViewSet

router = SimpleRouter(trailing_slash=False)
router.register("organizations", OrganizationViewSet)
router.register("members", MemberViewSet)
router.register("roles", RoleViewSet)
router.register("grants", GrantViewSet)
router.register("api-keys", ApiKeyViewSet)

urlpatterns = router.urls
