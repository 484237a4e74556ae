"""Django's error report (the DEBUG page, mails to admins) without values anybody sent or held."""

from collections.abc import ItemsView
from typing import Any

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from armproject.lib.traceback_text import describe

TOLD = ("REQUEST_METHOD", "PATH_INFO", "SERVER_PROTOCOL", "CONTENT_TYPE", "CONTENT_LENGTH")


class TellsLittle(SafeExceptionReporterFilter):
    """Leaves out local variables, POST, cookies, headers and settings."""

    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        return {}

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_safe_request_meta(self, request: HttpRequest | None) -> dict[str, Any]:
        meta = request.META if request is not None else {}
        return {name: meta[name] for name in TOLD if name in meta}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:
        return {}.items()


class BareReporter(ExceptionReporter):
    """Shows where an error was and its scrubbed text, nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filter = TellsLittle()

    def get_traceback_data(self) -> dict[str, Any]:
        data = super().get_traceback_data()
        if self.exc_value is not None:
            data["exception_value"] = describe(self.exc_value)
        data["unicode_hint"] = ""
        data["user_str"] = ""
        data.pop("exception_notes", None)
        for unwanted in ("request_GET_items", "request_FILES_items"):
            if unwanted in data:
                data[unwanted] = ()
        if "request_insecure_uri" in data:
            data["request_insecure_uri"] = data["request_meta"].get("PATH_INFO", "")
        for frame in data["frames"]:
            frame["exc_cause"] = frame["exc_cause"] and describe(frame["exc_cause"])
        return data
