"""Imports, injections and external stores behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("memory", "0040_moving")]

    operations = [
        Isolate("MemoryImport"),
        Isolate("ImportedMemory", linked=False),
        Isolate("Injection", linked=False),
        Isolate("ExternalStore"),
        Isolate("ExternalCopy", linked=False),
    ]
