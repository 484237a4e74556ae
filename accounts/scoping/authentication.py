"""Who calls the API and whether they may: recognised by the middleware, declared by the view."""

from collections.abc import Mapping
from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.granting import GRANTABLE
from accounts.permissions import SIGN_IN, has_permission, reach, require
from armproject.lib import context
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Forbidden, NotFound, Unauthenticated

# The permission of a view every member of the organization may use.
ANY_MEMBER = ""
CONFINED = (
    "You signed in by an organization's own provider, which counts in that organization only."
    " Sign in with your password to change your account."
)


class RequestPrincipal(BaseAuthentication):
    """Takes over whom the middleware has recognised; a browser's session must prove its origin."""

    def authenticate(self, request: Request) -> tuple[Any, Principal] | None:
        refusal = getattr(request._request, "arm_refusal", None)
        if refusal is not None:
            raise refusal
        principal = context.principal()
        if principal is None:
            return None
        by_cookie = not getattr(request._request, "arm_bearer", False)
        if principal.kind == PrincipalKind.MEMBER and by_cookie:
            SessionAuthentication().enforce_csrf(request)
        return request._request.user, principal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class DeclaredPermission(BasePermission):
    """Asks for the permission the view declares for this call; undeclared calls are refused."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if context.principal() is None:
            raise Unauthenticated(SIGN_IN)
        _refuse_other_methods(view, request.method or "")
        if context.organization_id() is None:
            not_admitted = getattr(request._request, "arm_not_admitted", None)
            if not_admitted is not None:
                raise not_admitted
            raise Forbidden("You belong to no organization yet; ask an owner to invite you.")
        permission = declared(view, request.method or "")
        if permission != ANY_MEMBER and not _is_asked_of_the_row(view, permission):
            require(permission)
        return True

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Ask again where a grant on this row may stand for the role."""
        permission = declared(view, request.method or "")
        if permission == ANY_MEMBER or has_permission(permission, obj):
            return True
        raise NotFound("There is nothing here that you can see.")


def _is_asked_of_the_row(view: Any, permission: str) -> bool:
    """Tell whether this call is about rows, on some of which the caller was granted this.

    A list that shows only what is within reach says so by `lists_reach`.
    """
    kind = GRANTABLE.get(permission)
    model = getattr(getattr(view, "queryset", None), "model", None)
    if kind is None or model is not kind:
        return False
    is_list = getattr(view, "lists_reach", False) and getattr(view, "action", "") == "list"
    is_row = (view.lookup_url_kwarg or view.lookup_field) in view.kwargs
    return (is_list or is_row) and bool(reach(permission))


class SignedInPerson(BasePermission):
    """Lets people manage their own account, whether or not an organization admits them."""

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = context.principal()
        if principal is None:
            return False
        if principal.kind != PrincipalKind.MEMBER:
            raise Forbidden("Only a person who is signed in can do this; a key cannot.")
        return True


class AccountOwner(SignedInPerson):
    """Lets people change their account, unless another's identity provider opened the session."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not super().has_permission(request, view):
            return False
        standing = getattr(request._request, "arm_standing", None)
        if standing is not None and not standing.manages_account():
            raise Forbidden(CONFINED)
        return True


def declared(view: Any, method: str) -> str:
    """Return the permission a view declares for a method: by viewset action, else by method."""
    permissions: Mapping[str, str] = getattr(view, "permissions", {})
    if method == "OPTIONS":
        return ANY_MEMBER
    name = getattr(view, "action", None) or ("get" if method == "HEAD" else method.lower())
    if name not in permissions:
        raise Forbidden("This is open to nobody.")
    return permissions[name]


def _refuse_other_methods(view: Any, method: str) -> None:
    """Say what there is where a method is not there, before anybody is asked for a permission."""
    if method not in view.allowed_methods:
        there = ", ".join(view.allowed_methods)
        raise MethodNotAllowed(method, f"There is no {method} here; there is {there}.")
