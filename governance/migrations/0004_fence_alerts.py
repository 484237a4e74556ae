"""Alerts behind the fence; their history is only ever added to."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_alerts")]

    operations = [
        Isolate("Channel"),
        Isolate("AlertRule"),
        Isolate("AlertRecipient"),
        Isolate("Alert", rights="SELECT, INSERT, UPDATE"),
        Isolate("AlertEvent", rights="SELECT, INSERT"),
        Isolate("Notification", rights="SELECT, INSERT, UPDATE"),
    ]
