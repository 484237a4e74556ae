"""Where OpenTelemetry exporters knock: plain views, because exporters speak no envelope.

They are reached without redirects under OTLP's own path and under those that other products' SDKs
use. What is answered with 200 is committed; of what cannot be kept the answer tells how many items
and why. Failures are told in the exporter's own encoding.
"""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import MethodNotAllowed, UnsupportedMediaType

from accounts.permissions import require
from armproject.lib.rest.errors import reported_failure
from telemetry.actions.receive_logs import receive_logs
from telemetry.actions.receive_scores import receive_scores
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


@csrf_exempt
def scores(request: HttpRequest) -> HttpResponse:
    """Take in what the Langfuse SDK sends as scores, and answer in its words."""
    try:
        _refuse_others(request, "feedback.write", (JSON,))
        with admitted(told_size(request)):
            found = receive_scores(unpacked(request, request.META))
    except Exception as error:  # noqa: BLE001 - every failure is told in the SDK's words
        told = reported_failure(error, request)
        answer = {"message": told.message, "error": told.code}
        return JsonResponse(answer, status=told.status, headers=dict(told.headers))
    if found.is_one and found.kept:
        return JsonResponse({"id": found.kept[0]})
    if not found.refused:
        return JsonResponse({"message": "Accepted"}, status=202)
    if found.is_one:
        return JsonResponse({"message": found.refused[0], "error": "VALIDATION_ERROR"}, status=400)
    errors = [{"message": each} for each in found.refused]
    counts = {"accepted": len(found.kept), "rejected": len(errors)}
    return JsonResponse({**counts, "errors": errors}, status=207)


scores.own_transactions = True  # type: ignore[attr-defined]


def door(receive: Receiver) -> Callable[..., HttpResponse]:
    """Return the view that reads an exporter's request and answers in its own encoding."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        kind = request.content_type if request.content_type in KINDS else PROTOBUF
        try:
            _refuse_others(request, "telemetry.write", KINDS)
            with admitted(told_size(request)):
                return HttpResponse(
                    receive(unpacked(request, request.META), kind), content_type=kind
                )
        except Exception as error:  # noqa: BLE001 - every failure is told in this encoding
            return _failed(request, error, kind)

    view.own_transactions = True  # type: ignore[attr-defined]
    return view


def _refuse_others(request: HttpRequest, permission: str, kinds: Sequence[str]) -> None:
    """Refuse what is no request of an exporter or SDK that may send this."""
    refusal = getattr(request, "arm_refusal", None)
    if refusal is not None:
        raise refusal
    if request.method != "POST":
        raise MethodNotAllowed(request.method or "")
    require(permission)
    if request.content_type not in kinds:
        raise UnsupportedMediaType("", f"Send {' or '.join(kinds)}.")


def _failed(request: HttpRequest, error: Exception, kind: str) -> HttpResponse:
    told = reported_failure(error, request)
    content = refusal(told.status, told.message, kind)
    headers = dict(told.headers)
    return HttpResponse(content, status=told.status, content_type=kind, headers=headers)
