"""Telemetry behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate
from armproject.lib.partitions import drop_days_function

# Room on each page for the spans of a run that arrive after its first.
ROOM = """
ALTER TABLE telemetry_run SET (fillfactor = 80);
ALTER TABLE telemetry_modeluse SET (fillfactor = 50);
ALTER TABLE telemetry_source SET (fillfactor = 80);
"""
# Old days leave whole.
DROP_DAYS = drop_days_function("arm_drop_span_days", "telemetry_span")


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0001_initial")]

    operations = [
        Isolate("Source"),
        Isolate("Run"),
        Isolate("Span", rights="SELECT, INSERT", linked=False),
        Isolate("ModelUse", linked=False),
        Isolate("Rejection", linked=False),
        migrations.RunSQL([ROOM, DROP_DAYS]),
    ]
