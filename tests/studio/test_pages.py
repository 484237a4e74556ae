"""Every page of the Studio opens for those who may, cheaply, by itself, and readable to all."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.fence import fenced
from accounts.roles import Role, rights_of
from accounts.scoping.admin import StudioAdmin
from tests.studio.conftest import Demo
from tests.studio.page import Page

BUDGET = 45
OWN_PAGES = ("index", "costs_overview", "password_change")

PAGES = sorted(site._registry.items(), key=lambda item: item[0]._meta.label)


def opened(demo: Demo, role: str, path: str) -> tuple[Any, list[str]]:
    """Open a page, following one redirect, and return it with what is wrong with it."""
    client = demo.browser(role)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    if response.status_code == 302:
        response = client.get(response["Location"])
    if response.status_code != 200:
        return response, []
    problems = Page(response.content.decode()).problems()
    if len(queries) > BUDGET:
        problems.append(f"{len(queries)} queries")
    if "script-src 'self' 'unsafe-eval';" not in response["Content-Security-Policy"]:
        problems.append("no content policy")
    return response, problems


def paths(demo: Demo, model: Any, page: StudioAdmin) -> Iterator[tuple[str, str]]:
    """Yield the pages of one noun, with the verb that each needs."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield "view", reverse(f"{name}_changelist")
    if page.permissions.get("add"):
        yield "add", reverse(f"{name}_add")
    with demo.company.at_work(), fenced():
        row = model.objects.order_by().first() if hasattr(model, "organization") else None
    if row is not None:
        yield "view", reverse(f"{name}_change", args=[row.pk])


def may(demo: Demo, role: str, permission: str | None) -> bool:
    """Tell whether the role has it; what no role has is for those who run the installation."""
    return permission in rights_of(role) if permission else demo.people[role].is_operator


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("model", "page"), PAGES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_page_opens_for_those_who_may_and_only_for_them(
    demo: Demo, role: str, model: Any, page: StudioAdmin
) -> None:
    for verb, path in paths(demo, model, page):
        response, problems = opened(demo, role, path)
        allowed = may(demo, role, page.permissions.get(verb))
        assert (path, response.status_code) == (path, 200 if allowed else 403)
        assert (path, problems) == (path, [])


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", OWN_PAGES)
def test_a_page_of_our_own_is_sound(demo: Demo, role: str, name: str) -> None:
    response, problems = opened(demo, role, reverse(f"admin:{name}"))
    may_not = name == "costs_overview" and role == Role.AUDITOR
    assert response.status_code == (403 if may_not else 200)
    assert problems == []


@pytest.mark.parametrize("role", Role.values)
def test_every_link_in_the_sidebar_leads_somewhere(demo: Demo, role: str) -> None:
    client = demo.browser(role)
    home = Page(client.get(reverse("admin:index")).content.decode())
    broken = {link: client.get(link).status_code for link in home.links}
    assert {link: status for link, status in broken.items() if status not in {200, 302}} == {}
    assert len(home.links) > 3


def test_an_app_has_no_list_of_tables_but_its_first_page(demo: Demo) -> None:
    response = demo.browser("owner").get(reverse("admin:app_list", args=["agents"]))
    assert response["Location"] == reverse("admin:agents_agent_changelist")
