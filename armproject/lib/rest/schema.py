"""The OpenAPI description: every operation shows the envelope and every error it may answer.

Plain values and functions over them, because the settings are made from this module.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

JSON = "application/json"
ALSO = "x-also"  # the statuses an operation may answer with that its shape does not tell
PAGED = "x-paged"  # set where an answer that is no list has pages all the same
METHODS = {"get", "put", "post", "delete", "patch"}
WRITING = METHODS - {"get"}


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


# The first field of every answer; its words tell an envelope from other objects.
SUCCESS: Schema = {"type": "boolean", "description": "True: it was done."}

ERRORS = {
    "400": ("BadRequest", "The input is not right; details.fields says what and where."),
    "401": ("Unauthenticated", "No valid credential came with the request."),
    "403": ("Forbidden", "The credential does not allow this."),
    "404": ("NotFound", "There is nothing here that you can see."),
    "406": ("NotAcceptable", "The answer does not come in a form that Accept names."),
    "409": ("Conflict", "The row is not in a state that allows this."),
    "413": ("TooLarge", "The request body is too large."),
    "415": ("UnsupportedMediaType", "Only application/json is read here."),
    "429": ("RateLimited", "Too many requests; Retry-After says when to come back."),
    "default": ("AnyFailure", "Anything else that went wrong."),
}

FAILURE: Schema = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "description": "False: nothing was changed."},
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string", "description": "Stable, for programs."},
                "message": {"type": "string", "description": "A sentence for people."},
                "details": {"type": "object", "additionalProperties": True},
            },
        },
    },
}

PAGE_META: Schema = {
    "type": "object",
    "required": ["perPage", "nextCursor"],
    "properties": {
        "page": {"type": "integer", "description": "Only with page numbers, not with a cursor."},
        "perPage": {"type": "integer"},
        "total": {"type": "integer", "description": "Rows in the whole list, counted to 10,000."},
        "totalIsCapped": {"type": "boolean", "description": "True if there are more than total."},
        "nextCursor": {
            "type": "string",
            "nullable": True,
            "description": "Give it as cursor to read on; null at the end.",
        },
    },
}

SECURITY_SCHEMES: Schema = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of your organization: `Authorization: Bearer arm_sk_live_…`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "arm-session",
        "description": "The Studio's sign-in, for people trying the API in their browser.",
    },
}

SPECTACULAR: dict[str, Any] = {
    "TITLE": "ARM API",
    "DESCRIPTION": "One control plane for all AI agents of an organization. Fields that a call"
    " does not know are refused by name; calls that take no body do not read one.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "APPEND_COMPONENTS": {
        "schemas": {"Failure": FAILURE, "PageMeta": PAGE_META},
        "responses": {
            name: {"description": text, "content": {JSON: {"schema": _ref("schemas", "Failure")}}}
            for name, text in ERRORS.values()
        },
        "securitySchemes": SECURITY_SCHEMES,
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "armproject.lib.rest.schema.show_envelope",
    ],
}


def show_envelope(result: Schema, **_about: Any) -> Schema:
    """Wrap what each operation answers and name the errors it may answer instead."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    for path, method, operation in _operations(result):
        also, is_paged = operation.pop(ALSO, ()), operation.pop(PAGED, False)
        for status, response in operation["responses"].items():
            media = response.get("content", {}).get(JSON)
            if media and status.startswith("2"):
                _wrap(media, schemas, is_paged=is_paged)
        for status in (*_errors_of(path, method, operation), *also):
            reference = _ref("responses", ERRORS[status][0])
            operation["responses"].setdefault(status, reference)
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def _operations(result: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in result.get("paths", {}).items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


def _wrap(media: Schema, schemas: Schema, *, is_paged: bool) -> None:
    """Put the schema of one answer into the envelope, unless it is a list's and has it."""
    schema: Schema = media.get("schema", {})
    name: str = schema.get("$ref", "").rpartition("/")[2]
    if _is_wrapped(schemas.get(name, schema)):
        return
    if name:
        schemas[f"{name}Envelope"] = _envelope(schema, is_paged=is_paged)
        media["schema"] = _ref("schemas", f"{name}Envelope")
    else:
        media["schema"] = _envelope(schema, is_paged=is_paged)
    for example in media.get("examples", {}).values():
        if "value" in example:
            example["value"] = {"success": True, "data": example["value"]}


def _is_wrapped(schema: Schema) -> bool:
    return bool(schema.get("properties", {}).get("success") == SUCCESS)


def _envelope(schema: Schema, *, is_paged: bool) -> Schema:
    meta = {"meta": _ref("schemas", "PageMeta")} if is_paged else {}
    return {
        "type": "object",
        "required": ["success", "data", *meta],
        "properties": {"success": SUCCESS, "data": schema, **meta},
    }


def _errors_of(path: str, method: str, operation: Schema) -> Iterator[str]:
    """Yield the error statuses this operation may answer with.

    Who writes without a credential brings a proof of another kind, which may be refused as well.
    """
    if any(operation.get("security", ())) or method in WRITING:
        yield from ("401", "403")
    if "{" in path:
        yield "404"
    if method in WRITING:
        yield "409"
    if "requestBody" in operation:
        yield from ("413", "415")
    if operation.get("parameters") or "requestBody" in operation:
        yield "400"
    yield from ("406", "429", "default")
