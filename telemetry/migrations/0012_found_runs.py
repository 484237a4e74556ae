"""What lists of runs are narrowed by costs the same in a long list."""

from decimal import Decimal

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_invited_roles'),
        ('telemetry', '0011_objectives'),
    ]

    operations = [
        migrations.AlterField(
            model_name='runsum',
            name='lengths',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='run',
            name='magnitude',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(cost__gte=Decimal('10'), then=models.Value(4)), models.When(cost__gte=Decimal('1'), then=models.Value(3)), models.When(cost__gte=Decimal('0.1'), then=models.Value(2)), models.When(cost__gte=Decimal('0.01'), then=models.Value(1)), default=models.Value(0)), output_field=models.SmallIntegerField()),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('environment', ''), _negated=True), fields=['organization', 'environment', '-started_at', '-id'], name='runs_by_environment'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('error_type', ''), _negated=True), fields=['organization', 'error_type', '-started_at', '-id'], name='runs_by_error_type'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('magnitude__gte', 1)), fields=['organization', '-started_at', '-id'], name='runs_of_magnitude_1'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('magnitude__gte', 2)), fields=['organization', '-started_at', '-id'], name='runs_of_magnitude_2'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('magnitude__gte', 3)), fields=['organization', '-started_at', '-id'], name='runs_of_magnitude_3'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('magnitude__gte', 4)), fields=['organization', '-started_at', '-id'], name='runs_of_magnitude_4'),
        ),
    ]
