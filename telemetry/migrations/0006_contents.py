"""What was said in runs, sealed, by day."""

import accounts.fence
import accounts.models.sealed_field
import armproject.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from armproject.lib.isolation import Isolate
from armproject.lib.partitions import CreatePartitionedModel, drop_days_function

DROP_DAYS = [
    drop_days_function("arm_drop_message_days", "telemetry_message"),
    drop_days_function("arm_drop_content_days", "telemetry_spancontent"),
]


def common():
    return [
        ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
        ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
        ('day', models.DateField()),
        ('run_id', models.UUIDField()),
        ('is_cut', models.BooleanField(default=False)),
        ('organization', models.ForeignKey(db_constraint=False, db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
    ]


class Migration(migrations.Migration):
    dependencies = [('telemetry', '0005_content_rules')]

    operations = [
        CreatePartitionedModel(
            column='day',
            step='day',
            name='Message',
            fields=[
                *common(),
                ('role', models.TextField()),
                ('sealed', models.BinaryField()),
            ],
            options={'ordering': ['day', 'id']},
        ),
        CreatePartitionedModel(
            column='day',
            step='day',
            name='SpanContent',
            fields=[
                *common(),
                ('at', models.DateTimeField()),
                ('span_id', models.BigIntegerField()),
                ('mode', models.CharField(choices=[('full', 'In full'), ('redacted', 'Redacted'), ('metadata_only', 'Not at all')], max_length=13)),
                ('heard', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('said', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('sealed', models.BinaryField(null=True)),
                ('redacted', models.JSONField(default=dict)),
            ],
            options={'ordering': ['at', 'id']},
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['organization', 'run_id'], name='messages_of_a_run'),
        ),
        migrations.AddIndex(
            model_name='spancontent',
            index=models.Index(fields=['organization', 'run_id'], name='contents_of_a_run'),
        ),
        Isolate("Message", linked=False),
        Isolate("SpanContent", linked=False),
        migrations.RunSQL(DROP_DAYS),
    ]
