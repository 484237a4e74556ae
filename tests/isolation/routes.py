"""Every way in: all routes of the product, the rows their parameters name, the bodies they take."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin import ModelAdmin, site
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from accounts.wall import tenant_models

PARAMETER = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>|\(\?P<(?P<old>\w+)>[^)]*\)")
# Parameters that name no row, and why.
NAMELESS = {
    "format": "an output format",
    "app_label": "a part of the Studio",
    "content_type_id": "a kind of row",
    "provider_id": "a way to sign in, which anybody may try",
    "tool": "a memory tool, by its name",
    "url": "any address",
    "path": "any address",
    "hook": "a form of the Studio's own search",
}

# Django's own redirect to the public page of a row of any kind; ours have none.
REDIRECT = "studio/r/"


@dataclass(frozen=True)
class Route:
    """One route: where, which methods, and the model each of its parameters names."""

    pattern: str
    methods: tuple[str, ...]
    door: str
    models: dict[str, Any] = field(default_factory=dict)
    uuid_fields: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()

    def path(self, values: dict[str, Any]) -> str:
        """Return the path with its parameters filled in."""

        def fill(match: re.Match[str]) -> str:
            return str(values.get(match["name"] or match["old"], "x"))

        path = PARAMETER.sub(fill, self.pattern)
        return "/" + path.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\.", ".")


def all_routes(site_map: str | None = None) -> list[Route]:
    """Return every route of the product's site map, or of another module's."""
    schema = SchemaGenerator(urlconf=site_map).get_schema(request=None, public=True)
    return list(_walk(get_resolver(site_map), "", schema))


def undeclared() -> list[str]:
    """Return routes with a parameter of which nobody knows what row it names."""
    return [
        f"{route.pattern}: {name}"
        for route in all_routes()
        for name, model in route.models.items()
        if model is None
    ]


def _walk(resolver: Any, prefix: str, schema: Any) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, schema)
        elif isinstance(entry, URLPattern):
            yield _route(pattern, entry, schema)


def _route(pattern: str, entry: URLPattern, schema: Any) -> Route:
    view: Any = entry.callback
    cls = getattr(view, "cls", None)
    door = "studio" if pattern.startswith("studio/") else "api" if cls else "site"
    names = [m["name"] or m["old"] for m in PARAMETER.finditer(pattern)]
    if pattern.startswith(REDIRECT):
        names = []
    models = {n: _model_of(n, view, cls, entry) for n in names if n not in NAMELESS}
    methods = _methods(view, cls)
    operations = _operations(pattern, schema)
    return Route(
        pattern,
        methods,
        door,
        models,
        uuid_fields=tuple(sorted({n for op in operations for n in _uuid_fields(op, schema)})),
        filters=tuple(sorted({n for op in operations for n in _uuid_filters(op)})),
        actions=_bulk_actions(pattern, view),
    )


def _methods(view: Any, cls: Any) -> tuple[str, ...]:
    if hasattr(view, "actions"):
        return tuple(method.upper() for method in view.actions)
    if cls is not None:
        return tuple(m.upper() for m in cls.http_method_names if hasattr(cls, m) and m != "options")
    return ("GET", "POST")


def _model_of(name: str, view: Any, cls: Any, entry: URLPattern) -> Any:
    """Return the model whose row a parameter names."""
    declared = getattr(cls or view, "parameter_models", {})
    if name in declared:
        return declared[name]
    if cls is not None and getattr(cls, "queryset", None) is not None:
        return cls.queryset.model
    admin = _admin_of(view)
    if admin is not None:
        return getattr(admin, "parameter_models", {}).get(name, admin.model)
    return None


def _admin_of(view: Any) -> ModelAdmin[Any] | None:
    """Return the page of the Studio a view belongs to, through what wraps it."""
    for _ in range(5):
        owner = getattr(view, "model_admin", None) or getattr(view, "__self__", None)
        if isinstance(owner, ModelAdmin):
            return owner
        for cell in getattr(view, "__closure__", None) or ():
            found = cell.cell_contents
            if isinstance(getattr(found, "__self__", None), ModelAdmin):
                return found.__self__
        view = getattr(view, "__wrapped__", None)
        if view is None:
            return None
    return None


def _bulk_actions(pattern: str, view: Any) -> tuple[str, ...]:
    """Return the names of a list page's bulk actions."""
    admin = _admin_of(view)
    if admin is None or PARAMETER.search(pattern) or getattr(view, "__name__", "") == "add_view":
        return ()
    return tuple(getattr(a, "__name__", str(a)) for a in admin.actions or ())


def _operations(pattern: str, schema: Any) -> list[Any]:
    path = "/" + PARAMETER.sub(lambda m: "{" + (m["name"] or m["old"]) + "}", pattern)
    path = path.replace("^", "").replace("$", "").replace("{pk}", "{id}")
    found = schema["paths"].get(path, {})
    return [operation for operation in found.values() if isinstance(operation, dict)]


def _uuid_fields(operation: Any, schema: Any) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for name, prop in _resolve(content.get("schema", {}), schema).get("properties", {}).items():
        if prop.get("format") == "uuid" and not prop.get("readOnly"):
            yield name


def _uuid_filters(operation: Any) -> Iterator[str]:
    for parameter in operation.get("parameters", []):
        shape = parameter.get("schema", {})
        if parameter["in"] == "query" and "uuid" in (
            shape.get("format"),
            shape.get("items", {}).get("format"),
        ):
            yield parameter["name"]


def _resolve(shape: Any, schema: Any) -> Any:
    reference = shape.get("$ref")
    return schema["components"]["schemas"][reference.rsplit("/", 1)[-1]] if reference else shape


def studio_models() -> list[Any]:
    """Return the tenant models that have a page in the Studio."""
    return [model for model in tenant_models() if model in site._registry]
