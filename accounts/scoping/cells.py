"""What stands in cells of the Studio's lists and pages."""

from datetime import datetime

from django.template.loader import render_to_string


def moment(at: datetime | None) -> str | None:
    """Return a time as people read it: how long ago, its date under the pointer."""
    return render_to_string("studio/moment.html", {"at": at}) if at else None
