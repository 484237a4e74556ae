"""How much of what is said is kept, and what is taken out of it."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):
    dependencies = [('telemetry', '0003_copy')]

    operations = [
        migrations.CreateModel(
            name='ContentRule',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('mode', models.CharField(choices=[('full', 'In full'), ('redacted', 'Redacted'), ('metadata_only', 'Not at all')], max_length=13)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='content_rules', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'agent'), name='one_content_rule_for_each_agent', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='RedactionPattern',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(max_length=30)),
                ('expression', models.CharField(max_length=300)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['kind'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'kind'), name='a_kind_is_redacted_by_one_pattern')],
            },
        ),
        Isolate("ContentRule", linked=False),
        Isolate("RedactionPattern", linked=False),
    ]
