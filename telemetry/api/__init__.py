"""The API's door to telemetry."""
