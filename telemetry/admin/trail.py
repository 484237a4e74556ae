"""The trail of a run as a file."""

import json

from django.http import HttpResponse

from telemetry.actions.take_trail import take_trail
from telemetry.models import Run


def trail_file(run: Run) -> HttpResponse:
    """Answer with the document that the API gives, as a download."""
    document = json.dumps(take_trail(run), ensure_ascii=False, indent=2)
    response = HttpResponse(document, content_type="application/json")
    name = f"trail-{run.trace_id.hex}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
