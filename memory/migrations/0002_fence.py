"""Memory behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("memory", "0001_initial")]

    operations = [
        Isolate("Memory"),
        Isolate("Chunk", linked=False),
        Isolate("MemoryVersion", linked=False),
        Isolate("Origin", linked=False),
        Isolate("Use", linked=False),
    ]
