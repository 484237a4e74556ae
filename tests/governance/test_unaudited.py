"""Every way in that changes something reaches the audit log, or is on the published list."""

import inspect
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from django.contrib.admin import site
from django.urls import get_resolver

from armproject.lib.audit import record
from governance.actions.place_audit_hold import place_audit_hold
from governance.actions.retain_audit import retain_audit
from governance.unaudited import UNAUDITED
from tests.architecture import PRODUCT

SAFE = {"GET", "HEAD", "OPTIONS"}
EXCUSED = {way for one in UNAUDITED for way in one.ways}
STANDARD = ("unfold.", "django.")


def names_in(code: CodeType) -> Iterator[str]:
    """Yield every name that a function's code, or one inside it, looks up."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def called_by(function: FunctionType) -> Iterator[Any]:
    """Yield what a function may call, by its names: plain functions, and methods beside it."""
    scope, code = function.__globals__, function.__code__
    owner = scope.get(function.__qualname__.partition(".")[0])
    for name in names_in(code):
        yield scope.get(name)
        if name.startswith("_") and isinstance(scope.get(name), type):
            yield from vars(scope[name]).values()  # a class of the module's own, made here
        yield getattr(owner, name, None) if isinstance(owner, type) else None
    for cell in function.__closure__ or ():
        yield cell.cell_contents


def reachable(start: Any) -> Iterator[FunctionType]:
    """Yield the product's functions that a way in may come to."""
    seen: set[FunctionType] = set()
    waiting = [plain(start)]
    while waiting:
        for found in map(plain, called_by(waiting.pop())):
            if found is not None and found not in seen:
                seen.add(found)
                waiting.append(found)
                yield found


def plain(found: Any) -> Any:
    """Return the function of the product behind a name, or None."""
    function = inspect.unwrap(found) if callable(found) else None
    function = getattr(function, "__func__", function)
    is_ours = isinstance(function, FunctionType) and function.__module__.startswith(PRODUCT)
    return function if is_ours else None


def is_audited(start: Any) -> bool:
    return record in set(reachable(start))


def acts(start: Any) -> bool:
    return any(".actions." in function.__module__ for function in reachable(start))


def api_ways() -> Iterator[tuple[str, Any]]:
    """Yield every endpoint that is called to change something."""

    def walk(resolver: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        for entry in resolver.url_patterns:
            pattern = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry, pattern)
            elif cls := getattr(entry.callback, "cls", None):
                known = getattr(entry.callback, "actions", None)
                methods = known or {m: m for m in cls.http_method_names if hasattr(cls, m)}
                for method, name in methods.items():
                    if method.upper() not in SAFE:
                        yield f"{method.upper()} {pattern}", getattr(cls, name)

    yield from walk(get_resolver(), "")


def studio_ways() -> Iterator[tuple[str, Any]]:
    """Yield what the Studio's pages do: their forms, deletions, buttons and own pages."""
    for model, page in site._registry.items():
        name = model._meta.label
        if {"add", "change"} & page.permissions.keys() and hasattr(page.form, "act"):
            yield f"{name} form", page.form.act
        if "delete" in page.permissions:
            yield f"{name} delete", type(page).delete_model
        buttons = [*(page.actions or ()), *page.actions_row, *page.actions_detail]
        for button in {*buttons, *page.actions_list}:
            if acts(getattr(type(page), button)):  # others lead to a page that acts
                yield f"{name} {button}", getattr(type(page), button)
        for entry in page.get_urls():
            view = _own_view(entry.callback)
            if view is not None and acts(view):
                yield f"{name} {view.__name__}", view


def _own_view(callback: Any) -> Any:
    """Return the product's own method behind a page's route, if it is one."""
    for _ in range(6):
        method = getattr(callback, "__func__", None)
        if method is not None:
            return None if method.__module__.startswith(STANDARD) else method
        cells = [cell.cell_contents for cell in getattr(callback, "__closure__", None) or ()]
        methods = [one for one in cells if hasattr(one, "__func__")]
        callback = methods[0] if methods else getattr(callback, "__wrapped__", None)
        if callback is None:
            return None
    return None


def test_every_endpoint_that_changes_something_is_audited() -> None:
    ways = dict(api_ways())
    assert len(ways) > 20
    assert sorted(way for way, view in ways.items() if not is_audited(view)) == sorted(
        way for way in EXCUSED if way in ways
    )


def test_every_page_that_changes_something_is_audited() -> None:
    ways = dict(studio_ways())
    assert len(ways) > 20
    assert sorted(way for way, view in ways.items() if not is_audited(view)) == sorted(
        way for way in EXCUSED if way in ways
    )


def test_the_list_excuses_only_what_is_there() -> None:
    assert {way for way, _ in (*api_ways(), *studio_ways())} >= EXCUSED
    assert all(one.what and one.why for one in UNAUDITED)


def test_a_way_that_forgets_the_record_would_be_found() -> None:
    assert is_audited(place_audit_hold)
    assert not is_audited(retain_audit)
