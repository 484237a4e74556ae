"""Connections and their readings behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("connectors", "0001_initial"), ("accounts", "0002_fence")]

    operations = [Isolate("Connection"), Isolate("SyncRun")]
