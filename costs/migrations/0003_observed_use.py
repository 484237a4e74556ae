"""What agents were observed to use, beside what vendors report."""

import accounts.models.scoped
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_invited_roles'),
        ('agents', '0003_forget_names'),
        ('connectors', '0002_fence'),
        ('costs', '0002_fence'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='modelhour',
            name='an_hour_of_a_model_is_summed_once',
        ),
        migrations.RemoveConstraint(
            model_name='usagerecord',
            name='usage_is_kept_once',
        ),
        migrations.AlterField(
            model_name='agentday',
            name='cost_source',
            field=models.CharField(choices=[('billed', 'Billed'), ('allocated', 'Billed, allocated'), ('estimated', 'Estimated'), ('observed', 'Seen by ARM'), ('unpriced', 'No price')], max_length=10),
        ),
        migrations.AlterField(
            model_name='modelhour',
            name='connection',
            field=accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connectors.connection'),
        ),
        migrations.AlterField(
            model_name='modelhour',
            name='cost_source',
            field=models.CharField(choices=[('billed', 'Billed'), ('allocated', 'Billed, allocated'), ('estimated', 'Estimated'), ('observed', 'Seen by ARM'), ('unpriced', 'No price')], max_length=10),
        ),
        migrations.AlterField(
            model_name='usagerecord',
            name='connection',
            field=accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connectors.connection'),
        ),
        migrations.AlterField(
            model_name='usagerecord',
            name='cost_source',
            field=models.CharField(choices=[('billed', 'Billed'), ('allocated', 'Billed, allocated'), ('estimated', 'Estimated'), ('observed', 'Seen by ARM'), ('unpriced', 'No price')], default='unpriced', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='modelhour',
            constraint=models.UniqueConstraint(fields=('organization', 'hour', 'connection', 'model', 'currency', 'cost_source', 'vendor'), name='an_hour_of_a_model_is_summed_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='usagerecord',
            constraint=models.UniqueConstraint(fields=('organization', 'connection', 'starts_at', 'period_type', 'model', 'vendor_agent_id', 'api_key', 'project', 'surface', 'vendor'), name='usage_is_kept_once', nulls_distinct=False),
        ),
    ]
