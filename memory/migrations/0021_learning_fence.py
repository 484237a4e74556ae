"""Learning behind the fence."""

from django.db import migrations

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [("memory", "0020_learning")]

    operations = [
        Isolate("Preference", linked=False),
        Isolate("LearningSetting"),
        Isolate("LearningDay", linked=False),
        Isolate("Extraction", linked=False),
    ]
