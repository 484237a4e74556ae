"""Who told of a change can be forgotten; what changed cannot."""

from django.db import migrations

from armproject.lib.isolation import APP_ROLE


class Migration(migrations.Migration):
    dependencies = [("agents", "0002_fence")]

    operations = [
        migrations.RunSQL(f"GRANT UPDATE (told_by) ON agents_agentchange TO {APP_ROLE}")
    ]
