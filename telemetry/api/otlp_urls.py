"""The paths at which OpenTelemetry exporters call, and the Langfuse SDK."""

from django.urls import path

from telemetry.api import doors

# OTLP's own paths, those under the API, and the ones the Langfuse SDK adds to its base address.
ROOTS = ("v1", "api/otlp/v1", "api/public/otel/v1")
SIGNALS = {"traces": doors.traces, "metrics": doors.metrics, "logs": doors.logs}

urlpatterns = [
    *(
        path(f"{root}/{signal}", doors.door(receive))
        for root in ROOTS
        for signal, receive in SIGNALS.items()
    ),
    path("api/public/scores", doors.scores),
]
