"""An organization may have limits of its own for the telemetry it sends."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_invited_roles'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='ingest_items_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Spans and events. Leave it empty for what is usual here.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000000)], verbose_name='Telemetry, items a minute'),
        ),
        migrations.AddField(
            model_name='organization',
            name='ingest_mib_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Leave it empty for what is usual here.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10000000)], verbose_name='Telemetry, MiB a minute'),
        ),
    ]
