"""Every way in asks for what it declares: each role is refused exactly as the table says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import transaction
from django.urls import get_resolver, reverse

from accounts.roles import MATRIX, Role, rights_of
from accounts.wall import tenant_models
from tests.architecture.test_permissions import PUBLIC
from tests.cast import House
from tests.isolation.routes import all_routes
from tests.isolation.world import fill

SAFE = ("GET", "HEAD")
PAGES = {"view": ("changelist", "change"), "add": ("add",), "delete": ("delete",)}


def declared_permissions() -> Iterator[tuple[str, str, str]]:
    """Yield each route of the API, method, and the permission declared for it."""

    def views(resolver: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from views(entry, pattern)
            elif hasattr(entry.callback, "cls"):
                yield pattern, entry.callback

    for pattern, view in views(get_resolver(), ""):
        if pattern in PUBLIC or getattr(view.cls, "public", False):
            continue
        actions = getattr(view, "actions", None) or {}
        names = {m: a for m, a in actions.items() if m != "head"} or {
            method: method
            for method in view.cls.http_method_names
            if hasattr(view.cls, method) and method != "options"
        }
        for method, name in names.items():
            yield pattern, method.upper(), view.cls.permissions[name]


def is_refused(answer: Any, permission: str) -> bool:
    """Tell whether the answer says that this very permission is missing."""
    if answer.status_code != 403 or "json" not in answer.headers.get("Content-Type", ""):
        return False
    return bool(answer.json()["error"]["details"].get("permission") == permission)


@pytest.mark.parametrize("role", Role.values)
def test_the_api_refuses_exactly_what_the_table_says(house: House, role: str) -> None:
    rows, api = fill(house, "OURS"), house.api(role)
    rows["accounts.Organization"] = house.organization
    models = {route.pattern: route for route in all_routes() if route.door == "api"}
    wrong = []
    for pattern, method, permission in declared_permissions():
        if permission not in MATRIX:
            continue
        route = models[pattern]
        ids = {n: rows[m._meta.label].pk for n, m in route.models.items() if n != "slug"}
        with transaction.atomic():
            answer = api.client.generic(
                method,
                route.path(ids),
                "" if method in SAFE else json.dumps({}),
                content_type="application/json",
                headers=api.headers,
            )
            transaction.set_rollback(True)
        if is_refused(answer, permission) != (permission not in rights_of(role)):
            wrong.append(f"{method} {pattern}: {answer.status_code}, {permission}")
    assert wrong == []


def pages() -> Iterator[tuple[str, str, Any]]:
    """Yield each page of the Studio about a kind of tenant row, and the verb it stands for."""
    for model, page in site._registry.items():
        if model not in tenant_models() or not hasattr(page, "permissions"):
            continue
        for verb, names in PAGES.items():
            for name in names:
                yield verb, name, page


@pytest.mark.parametrize("role", Role.values)
def test_the_studio_refuses_exactly_what_the_table_says(house: House, role: str) -> None:
    rows, browser = fill(house, "OURS"), house.browser(role)
    browser.raise_request_exception = False  # marked rows are not all of a shape pages can show
    wrong = []
    for verb, name, page in pages():
        meta = page.model._meta
        needs = page.permissions.get(verb)
        ids = [] if name in {"changelist", "add"} else [rows[meta.label].pk]
        path = reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=ids)
        status = browser.get(path, follow=True).status_code
        is_refused, may = status == 403, needs in rights_of(role)
        # Some rows may not be deleted though one may delete others: keys and roles in use.
        if is_refused != (not may) and not (is_refused and verb == "delete"):
            wrong.append(f"{path}: {status}, {needs}")
    assert wrong == []
