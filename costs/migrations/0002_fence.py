"""Usage, bills and their sums behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("costs", "0001_initial")]

    operations = [
        Isolate("UsageRecord", linked=False),
        Isolate("BilledCost", linked=False),
        Isolate("ModelHour"),
        Isolate("AgentDay"),
    ]
