"""Usage, bills and their sums."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from decimal import Decimal
from django.db import migrations, models

from armproject.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_fence'),
        ('agents', '0002_fence'),
        ('connectors', '0002_fence'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgentDay',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('vendor', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('utc_day', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('cost_source', models.CharField(choices=[('billed', 'Billed'), ('allocated', 'Billed, allocated'), ('estimated', 'Estimated'), ('unpriced', 'No price')], max_length=10)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('cache_write_tokens', models.BigIntegerField(default=0)),
                ('requests', models.BigIntegerField(default=0)),
                ('errors', models.BigIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-day'],
                'indexes': [models.Index(fields=['organization', 'day', 'agent'], name='agent_days'), models.Index(fields=['organization', 'agent', 'day'], name='days_of_an_agent'), models.Index(fields=['organization', 'utc_day', 'vendor'], name='agent_days_by_bill')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('cost__lt', Decimal('10000000000')), ('cache_write_tokens__gte', 0), ('cached_tokens__gte', 0), ('errors__gte', 0), ('input_tokens__gte', 0), ('output_tokens__gte', 0), ('requests__gte', 0)), name='sums_of_days_are_sums')],
            },
        ),
        CreatePartitionedModel(
            column='starts_at',
            name='BilledCost',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('vendor', models.CharField(max_length=20)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('item', models.CharField(blank=True, max_length=300)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('vendor_agent_id', models.CharField(blank=True, max_length=200)),
                ('api_key', models.CharField(blank=True, max_length=200)),
                ('project', models.CharField(blank=True, max_length=200)),
                ('surface', models.CharField(blank=True, max_length=200)),
                ('amount', models.DecimalField(decimal_places=10, max_digits=20)),
                ('credit', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('currency', models.CharField(max_length=3)),
                ('unattributed', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agents.agent')),
                ('connection', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connectors.connection')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-starts_at', '-id'],
                'indexes': [models.Index(fields=['organization', '-starts_at', '-id'], name='charges_newest')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'connection', 'starts_at', 'item', 'model', 'vendor_agent_id', 'api_key', 'project', 'surface', 'currency', 'ends_at'), name='a_charge_is_kept_once'), models.CheckConstraint(condition=models.Q(('amount__gte', 0), ('amount__lt', Decimal('10000000000')), ('credit__gte', 0), ('credit__lt', Decimal('10000000000')), ('unattributed__gte', 0), ('unattributed__lt', Decimal('10000000000'))), name='charges_are_amounts')],
            },
        ),
        migrations.CreateModel(
            name='ModelHour',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('vendor', models.CharField(max_length=20)),
                ('hour', models.DateTimeField()),
                ('model', models.CharField(blank=True, max_length=200)),
                ('currency', models.CharField(max_length=3)),
                ('cost_source', models.CharField(choices=[('billed', 'Billed'), ('allocated', 'Billed, allocated'), ('estimated', 'Estimated'), ('unpriced', 'No price')], max_length=10)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('cache_write_tokens', models.BigIntegerField(default=0)),
                ('requests', models.BigIntegerField(default=0)),
                ('errors', models.BigIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('connection', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connectors.connection')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-hour'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'hour', 'connection', 'model', 'currency', 'cost_source'), name='an_hour_of_a_model_is_summed_once'), models.CheckConstraint(condition=models.Q(('cost__gte', 0), ('cost__lt', Decimal('10000000000')), ('cache_write_tokens__gte', 0), ('cached_tokens__gte', 0), ('errors__gte', 0), ('input_tokens__gte', 0), ('output_tokens__gte', 0), ('requests__gte', 0)), name='sums_of_hours_are_sums')],
            },
        ),
        CreatePartitionedModel(
            column='starts_at',
            name='UsageRecord',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('vendor', models.CharField(max_length=20)),
                ('role', models.CharField(choices=[('traffic', 'Traffic'), ('agent_share', "Agent's share")], default='traffic', max_length=12)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('vendor_agent_id', models.CharField(blank=True, max_length=200)),
                ('api_key', models.CharField(blank=True, max_length=200)),
                ('project', models.CharField(blank=True, max_length=200)),
                ('surface', models.CharField(blank=True, max_length=200)),
                ('period_type', models.CharField(choices=[('hour', 'Hour'), ('day', 'Day')], max_length=4)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('input_tokens', models.BigIntegerField()),
                ('output_tokens', models.BigIntegerField()),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('cache_write_tokens', models.BigIntegerField(default=0)),
                ('total_tokens', models.GeneratedField(db_persist=True, expression=django.db.models.expressions.CombinedExpression(models.F('input_tokens'), '+', models.F('output_tokens')), output_field=models.BigIntegerField())),
                ('requests', models.BigIntegerField(blank=True, null=True)),
                ('errors', models.BigIntegerField(blank=True, null=True)),
                ('input_cost', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('output_cost', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('total_cost', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('currency', models.CharField(default='USD', max_length=3)),
                ('cost_source', models.CharField(choices=[('billed', 'Billed'), ('allocated', 'Billed, allocated'), ('estimated', 'Estimated'), ('unpriced', 'No price')], default='unpriced', max_length=10)),
                ('estimated_input_cost', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('estimated_cost', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('price_version', models.CharField(blank=True, max_length=40)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agents.agent')),
                ('connection', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connectors.connection')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-starts_at', '-id'],
                'indexes': [models.Index(fields=['organization', '-starts_at', '-id'], name='usage_newest'), models.Index(fields=['organization', 'agent', '-starts_at'], name='usage_by_agent')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'connection', 'starts_at', 'period_type', 'model', 'vendor_agent_id', 'api_key', 'project', 'surface'), name='usage_is_kept_once'), models.CheckConstraint(condition=models.Q(('cache_write_tokens__gte', 0), ('cached_tokens__gte', 0), ('input_tokens__gte', 0), ('output_tokens__gte', 0), ('input_tokens__gte', django.db.models.expressions.CombinedExpression(models.F('cached_tokens'), '+', models.F('cache_write_tokens')))), name='usage_counts_tokens'), models.CheckConstraint(condition=models.Q(models.Q(('input_cost', None), models.Q(('input_cost__gte', 0), ('input_cost__lt', Decimal('10000000000'))), _connector='OR'), models.Q(('output_cost', None), models.Q(('output_cost__gte', 0), ('output_cost__lt', Decimal('10000000000'))), _connector='OR'), models.Q(('total_cost', None), models.Q(('total_cost__gte', 0), ('total_cost__lt', Decimal('10000000000'))), _connector='OR'), models.Q(('estimated_input_cost', None), models.Q(('estimated_input_cost__gte', 0), ('estimated_input_cost__lt', Decimal('10000000000'))), _connector='OR'), models.Q(('estimated_cost', None), models.Q(('estimated_cost__gte', 0), ('estimated_cost__lt', Decimal('10000000000'))), _connector='OR')), name='usage_costs_are_amounts'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='usage_takes_time')],
            },
        ),
    ]
