from rest_framework.routers import SimpleRouter

from accounts.api.account import SignInEventViewSet
from accounts.api.auth_urls import auth_urls
from accounts.api.grants import GrantViewSet
from accounts.api.identity_providers import IdentityProviderViewSet
from accounts.api.invitations import InvitationViewSet
from accounts.api.roles import RoleViewSet
from accounts.api.views import ApiKeyViewSet, MemberViewSet, OrganizationViewSet

router = SimpleRouter(trailing_slash=False)
router.register("organizations", OrganizationViewSet)
router.register("members", MemberViewSet)
router.register("roles", RoleViewSet)
router.register("grants", GrantViewSet)
router.register("invitations", InvitationViewSet)
router.register("api-keys", ApiKeyViewSet)
router.register("identity-providers", IdentityProviderViewSet)
router.register("sign-ins", SignInEventViewSet)

urlpatterns = [*auth_urls(), *router.urls]
