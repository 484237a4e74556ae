"""Every way in declares who may take it; the few that ask nobody are written down here."""

from django.contrib.admin import site
from django.urls import get_resolver

from accounts.roles import MATRIX
from accounts.scoping.admin import StudioAdmin
from accounts.scoping.authentication import ANY_MEMBER

PUBLIC = {
    "api/health": "probes",
    "api/v1/health": "probes",
    "api/schema": "a description, without data",
    "api/docs": "the same, to read",
    "api/v1": "where the description is",
    **{
        f"{root}/auth/{gate}": "before anybody is signed in"
        for root in ("api", "api/v1")
        for gate in (
            "register",
            "register/confirm",
            "login",
            "login/mfa",
            "refresh",
            "password/reset",
            "password/reset/confirm",
            "invitations/accept",
        )
    },
}


def api_views() -> list[tuple[str, object, set[str]]]:
    found = []

    def walk(resolver: object, prefix: str) -> None:
        for entry in resolver.url_patterns:  # type: ignore[attr-defined]
            pattern = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                walk(entry, pattern)
            elif cls := getattr(entry.callback, "cls", None):
                names = set((getattr(entry.callback, "actions", None) or {}).values())
                methods = {m for m in cls.http_method_names if hasattr(cls, m) and m != "options"}
                found.append((pattern, cls, names or methods))

    walk(get_resolver(), "")
    return found


def test_every_endpoint_declares_a_permission_of_the_matrix() -> None:
    missing = [
        f"{pattern} {name}"
        for pattern, cls, names in api_views()
        for name in names
        if pattern not in PUBLIC and not getattr(cls, "public", False)
        if getattr(cls, "permissions", {}).get(name) not in {*MATRIX, ANY_MEMBER}
    ]
    assert missing == []


def test_only_the_listed_endpoints_are_public() -> None:
    public = {pattern for pattern, cls, _ in api_views() if getattr(cls, "public", False)}
    assert public <= set(PUBLIC) | {"api/v1/agents/heartbeat/<uuid:connection>"}


def test_every_page_of_the_studio_declares_its_permissions() -> None:
    loose = [
        model._meta.label
        for model, page in site._registry.items()
        if not isinstance(page, StudioAdmin) or not set(page.permissions.values()) <= set(MATRIX)
    ]
    assert loose == []
