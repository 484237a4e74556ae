"""The quarantine behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("telemetry", "0008_quarantine")]

    operations = [Isolate("Quarantined", linked=False)]
