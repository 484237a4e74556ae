"""Who calls the API and whether they may: recognised by the middleware, declared by the view."""

from collections.abc import Mapping
from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.permissions import require
from armproject.lib import context
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Forbidden

# The permission of a view every member of the organization may use.
ANY_MEMBER = ""


class RequestPrincipal(BaseAuthentication):
    """Takes over whom the middleware has recognised; a browser's session must prove its origin."""

    def authenticate(self, request: Request) -> tuple[Any, Principal] | None:
        refusal = getattr(request._request, "arm_refusal", None)
        if refusal is not None:
            raise refusal
        principal = context.principal()
        if principal is None:
            return None
        if principal.kind == PrincipalKind.MEMBER:
            SessionAuthentication().enforce_csrf(request)
        return request._request.user, principal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class DeclaredPermission(BasePermission):
    """Asks for the permission the view declares for this call; undeclared calls are refused."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if context.principal() is None:
            return False
        if context.organization_id() is None:
            raise Forbidden("You belong to no organization yet; ask an owner to invite you.")
        permission = declared(view, request.method or "")
        if permission != ANY_MEMBER:
            require(permission)
        return True


def declared(view: Any, method: str) -> str:
    """Return the permission a view declares for a method: by viewset action, else by method."""
    permissions: Mapping[str, str] = getattr(view, "permissions", {})
    if method == "OPTIONS":
        return ANY_MEMBER
    name = getattr(view, "action", None) or ("get" if method == "HEAD" else method.lower())
    if name not in permissions:
        raise Forbidden(f"{type(view).__name__} declares no permission for {name}.")
    return permissions[name]
