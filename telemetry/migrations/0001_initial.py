"""Runs, spans, who reports them, and what models used."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from armproject.lib.partitions import CreatePartitionedModel


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0010_sign_in_fence'),
        ('agents', '0003_forget_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('key', models.CharField(max_length=500)),
                ('agent_name', models.CharField(blank=True, max_length=200)),
                ('vendor_agent_id', models.CharField(blank=True, max_length=200)),
                ('agent_version', models.CharField(blank=True, max_length=100)),
                ('description', models.CharField(blank=True, max_length=1000)),
                ('service', models.CharField(blank=True, max_length=200)),
                ('environment', models.CharField(blank=True, max_length=100)),
                ('vendor', models.CharField(blank=True, max_length=20)),
                ('dialect', models.CharField(blank=True, max_length=20)),
                ('last_seen_at', models.DateTimeField()),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sources', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-last_seen_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('trace_id', models.UUIDField()),
                ('name', models.TextField()),
                ('status', models.CharField(choices=[('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('incomplete', 'Incomplete')], max_length=10)),
                ('is_ended', models.BooleanField(default=False, editable=False)),
                ('head_rank', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('head_started_at', models.DateTimeField(editable=False)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField()),
                ('last_heard_at', models.DateTimeField()),
                ('conversation', models.TextField(blank=True)),
                ('end_user', models.TextField(blank=True)),
                ('app', models.TextField(blank=True)),
                ('environment', models.TextField(blank=True)),
                ('model', models.TextField(blank=True)),
                ('spans', models.BigIntegerField(default=0)),
                ('llm_calls', models.BigIntegerField(default=0)),
                ('tool_calls', models.BigIntegerField(default=0)),
                ('errors', models.BigIntegerField(default=0)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('cache_write_tokens', models.BigIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('unpriced', models.BigIntegerField(default=0)),
                ('error_type', models.TextField(blank=True)),
                ('error_message', models.TextField(blank=True)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('source', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='runs', to='telemetry.source')),
            ],
            options={
                'ordering': ['-started_at', '-id'],
            },
        ),
        CreatePartitionedModel(
            column='started_at',
            step='day',
            name='Span',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('started_at', models.DateTimeField()),
                ('run_id', models.UUIDField()),
                ('source_id', models.UUIDField()),
                ('span_id', models.BigIntegerField()),
                ('parent_id', models.BigIntegerField(blank=True, null=True)),
                ('kind', models.CharField(choices=[('agent', 'Agent'), ('workflow', 'Workflow'), ('llm', 'Model call'), ('embedding', 'Embedding'), ('tool', 'Tool call'), ('retrieval', 'Retrieval'), ('memory', 'Memory'), ('guardrail', 'Guardrail'), ('evaluation', 'Evaluation'), ('span', 'Step')], max_length=12)),
                ('status', models.CharField(choices=[('ok', 'OK'), ('error', 'Error'), ('unset', 'Not told')], max_length=6)),
                ('name', models.TextField()),
                ('duration_us', models.BigIntegerField(blank=True, null=True)),
                ('vendor', models.TextField(blank=True)),
                ('model', models.TextField(blank=True)),
                ('input_tokens', models.BigIntegerField(blank=True, null=True)),
                ('output_tokens', models.BigIntegerField(blank=True, null=True)),
                ('cached_tokens', models.BigIntegerField(blank=True, null=True)),
                ('cache_write_tokens', models.BigIntegerField(blank=True, null=True)),
                ('reasoning_tokens', models.BigIntegerField(blank=True, null=True)),
                ('counted', models.BooleanField(default=True)),
                ('cost', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('tool_name', models.TextField(blank=True)),
                ('tool_call_id', models.TextField(blank=True)),
                ('error_type', models.TextField(blank=True)),
                ('error_message', models.TextField(blank=True)),
                ('attributes_json', models.TextField(blank=True)),
                ('organization', models.ForeignKey(db_constraint=False, db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['started_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ModelUse',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('source_id', models.UUIDField()),
                ('vendor', models.TextField(blank=True)),
                ('model', models.TextField(blank=True)),
                ('hour', models.DateTimeField()),
                ('calls', models.BigIntegerField(default=0)),
                ('errors', models.BigIntegerField(default=0)),
                ('input_tokens', models.BigIntegerField(default=0)),
                ('output_tokens', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('cache_write_tokens', models.BigIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('unpriced', models.BigIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-hour'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'hour', 'source_id', 'vendor', 'model'), name='use_of_an_hour_is_summed_once')],
            },
        ),
        migrations.CreateModel(
            name='Rejection',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('door', models.CharField(max_length=20)),
                ('reason', models.CharField(max_length=300)),
                ('example', models.CharField(blank=True, max_length=64)),
                ('hour', models.DateTimeField()),
                ('items', models.BigIntegerField(default=0)),
                ('last_at', models.DateTimeField()),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-last_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'hour', 'door', 'reason'), name='a_reason_of_an_hour_is_counted_once')],
            },
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(fields=['organization', 'agent'], name='sources_by_agent'),
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(fields=['organization', '-last_seen_at', '-id'], name='sources_newest'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(fields=('organization', 'key'), name='a_source_is_kept_once'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['organization', '-started_at', '-id'], name='runs_newest'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['organization', 'source', '-started_at', '-id'], name='runs_by_source'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['organization', 'status', '-started_at', '-id'], name='runs_by_status'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('conversation', ''), _negated=True), fields=['organization', 'conversation', '-started_at', '-id'], name='runs_by_conversation'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('end_user', ''), _negated=True), fields=['organization', 'end_user', '-started_at', '-id'], name='runs_by_end_user'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('app', ''), _negated=True), fields=['organization', 'app', '-started_at', '-id'], name='runs_by_app'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('model', ''), _negated=True), fields=['organization', 'model', '-started_at', '-id'], name='runs_by_model'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('errors__gt', 0)), fields=['organization', '-started_at', '-id'], name='runs_with_errors'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('organization', 'trace_id'), name='a_trace_is_one_run'),
        ),
        migrations.AddIndex(
            model_name='span',
            index=models.Index(fields=['organization', 'run_id'], name='spans_of_a_run'),
        ),
    ]
