"""Where OpenTelemetry exporters knock: plain views, because exporters speak no envelope.

They are reached without redirects under OTLP's own path and under those that other products' SDKs
use. What is answered with 200 is committed; of what cannot be kept the answer tells how many items
and why. Failures are told in the exporter's own encoding.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType

from accounts.permissions import require
from armproject.lib.rest.errors import reported_failure
from telemetry.actions.receive_logs import receive_logs
from telemetry.actions.receive_traces import receive_traces
from telemetry.api.parsers import told_size, unpacked
from telemetry.metering import admitted
from telemetry.otlp import JSON, PROTOBUF, Signal, answer, read_metrics, refusal

KINDS = (PROTOBUF, JSON)
Receiver = Callable[[bytes, str], bytes]


def traces(body: bytes, kind: str) -> bytes:
    return answer(receive_traces(body, kind).rejected, kind)


def metrics(body: bytes, kind: str) -> bytes:
    """Accept what exporters send beside traces, so that none of them reports errors."""
    require("telemetry.write")
    _, rejected = read_metrics(body, kind)
    return answer(rejected, kind, Signal.METRICS)


def logs(body: bytes, kind: str) -> bytes:
    """Take in what log records tell of spans; others are accepted, so that none are errors."""
    return answer(receive_logs(body, kind).rejected, kind, Signal.LOGS)


def door(receive: Receiver) -> Callable[..., HttpResponse]:
    """Return the view that reads an exporter's request and answers in its own encoding."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        kind = request.content_type if request.content_type in KINDS else PROTOBUF
        try:
            _refuse_others(request)
            with admitted(told_size(request)):
                return HttpResponse(
                    receive(unpacked(request, request.META), kind), content_type=kind
                )
        except Exception as error:  # noqa: BLE001 - every failure is told in this encoding
            return _failed(request, error, kind)

    view.own_transactions = True  # type: ignore[attr-defined]
    return view


def _refuse_others(request: HttpRequest) -> None:
    """Refuse what is no request of an exporter."""
    refusal = getattr(request, "arm_refusal", None)
    if refusal is not None:
        raise refusal
    if request.method != "POST":
        raise MethodNotAllowed(request.method or "")
    require("telemetry.write")
    if request.content_type not in KINDS:
        raise UnsupportedMediaType("", f"Send {' or '.join(KINDS)}.")


def _failed(request: HttpRequest, error: Exception, kind: str) -> HttpResponse:
    told = reported_failure(error, request)
    content = refusal(told.status, told.message, kind)
    headers = dict(told.headers)
    return HttpResponse(content, status=told.status, content_type=kind, headers=headers)
