"""How well agents are to work."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_invited_roles'),
        ('agents', '0003_forget_names'),
        ('telemetry', '0010_run_sums'),
    ]

    operations = [
        migrations.CreateModel(
            name='Objective',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('days', models.PositiveSmallIntegerField(choices=[(7, '7 days'), (28, '28 days')], default=28)),
                ('success_percent', models.DecimalField(blank=True, decimal_places=3, max_digits=6, null=True)),
                ('p95_seconds', models.DecimalField(blank=True, decimal_places=3, max_digits=9, null=True)),
                ('agent', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='objectives', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'agent'), name='an_agent_has_one_objective'), models.CheckConstraint(condition=models.Q(models.Q(('success_percent__gt', 0), ('success_percent__lt', 100)), ('success_percent', None), _connector='OR'), name='an_objective_leaves_a_budget'), models.CheckConstraint(condition=models.Q(('p95_seconds__gt', 0), ('p95_seconds', None), _connector='OR'), name='an_objective_takes_time'), models.CheckConstraint(condition=models.Q(('p95_seconds', None), ('success_percent', None), _negated=True), name='an_objective_says_something')],
            },
        ),
        Isolate("Objective", linked=False),
    ]
