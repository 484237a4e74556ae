"""What people and evaluators thought of what agents did."""

import accounts.fence
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [
        ('telemetry', '0006_contents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('run_id', models.UUIDField()),
                ('trace_id', models.UUIDField()),
                ('span_id', models.BigIntegerField(blank=True, null=True)),
                ('message_id', models.UUIDField(blank=True, null=True)),
                ('source', models.CharField(choices=[('user', 'People'), ('evaluator', 'Evaluators')], max_length=9)),
                ('helpful', models.BooleanField(blank=True, null=True)),
                ('score', models.FloatField(blank=True, null=True)),
                ('tag', models.CharField(blank=True, max_length=100)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('end_user', models.CharField(blank=True, max_length=200)),
                ('comment_sealed', models.BinaryField(editable=False, null=True)),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'piece of feedback',
                'verbose_name_plural': 'pieces of feedback',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['organization', 'run_id'], name='feedback_of_a_run'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='feedback_newest'),
        ),
        Isolate("Feedback", linked=False),
    ]
