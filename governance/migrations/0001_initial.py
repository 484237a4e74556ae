import accounts.fence
import armproject.lib.ids
import django.db.models.deletion
from django.db import migrations, models

from armproject.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_fence'),
    ]

    operations = [
        CreatePartitionedModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(editable=False)),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor_id', models.CharField(max_length=64)),
                ('actor_label', models.CharField(max_length=200)),
                ('action', models.CharField(max_length=60)),
                ('resource_type', models.CharField(blank=True, max_length=60)),
                ('resource_id', models.CharField(blank=True, max_length=64)),
                ('resource_label', models.CharField(blank=True, max_length=200)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('before', models.JSONField(blank=True, default=dict)),
                ('after', models.JSONField(blank=True, default=dict)),
                ('details', models.JSONField(blank=True, default=dict)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('trace_id', models.CharField(blank=True, max_length=32)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('payload', models.TextField()),
                ('mac', models.BinaryField(default=bytes)),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, default=accounts.fence.current_organization_id, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-id'],
            },
            column='at',
        ),
    ]
