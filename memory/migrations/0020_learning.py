"""Preferences, who decides what is remembered, and what was looked through."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_ingest_limits'),
        ('agents', '0004_invocations'),
        ('memory', '0002_fence'),
    ]

    operations = [
        migrations.CreateModel(
            name='LearningSetting',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('base_url', models.CharField(blank=True, max_length=300, verbose_name='address')),
                ('model', models.CharField(blank=True, max_length=200)),
                ('key_sealed', models.BinaryField(null=True)),
                ('key_hint', models.CharField(blank=True, editable=False, max_length=12)),
                ('daily_calls', models.PositiveIntegerField(default=500, verbose_name='calls a day')),
                ('daily_cost', models.DecimalField(decimal_places=10, default=Decimal('5'), max_digits=20, verbose_name='US dollars a day')),
                ('enriches', models.BooleanField(default=True, verbose_name='put memories before calls')),
                ('enrich_tokens', models.PositiveIntegerField(default=1500, verbose_name='tokens of memories before a call')),
                ('extracts', models.BooleanField(default=False, verbose_name='learn from finished runs')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LearningDay',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('day', models.DateField()),
                ('calls', models.PositiveIntegerField(default=0)),
                ('failed', models.PositiveIntegerField(default=0)),
                ('input_tokens', models.PositiveBigIntegerField(default=0)),
                ('output_tokens', models.PositiveBigIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=10, default=0, max_digits=20)),
                ('unpriced', models.PositiveIntegerField(default=0)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('setting', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='memory.learningsetting')),
            ],
            options={
                'ordering': ['-day'],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.CharField(blank=True, max_length=200)),
                ('category', models.CharField(max_length=100)),
                ('key', models.CharField(max_length=200)),
                ('told_sealed', models.BinaryField()),
                ('confidence', models.FloatField(default=1)),
                ('observations', models.PositiveIntegerField(default=1, editable=False)),
                ('last_observed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('source_type', models.CharField(choices=[('interaction', 'An interaction'), ('manual', 'Written by hand'), ('import', 'Imported'), ('inference', 'Concluded')], default='manual', editable=False, max_length=11)),
                ('source_id', models.CharField(blank=True, editable=False, max_length=200)),
                ('run_id', models.UUIDField(blank=True, editable=False, null=True)),
                ('is_trusted', models.BooleanField(default=False, editable=False)),
                ('changed_by', models.CharField(blank=True, editable=False, max_length=200)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['category', 'key', 'user', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Extraction',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('owner_type', models.CharField(choices=[('user', 'User'), ('organization', 'Organization'), ('app', 'App'), ('agent', 'Agent'), ('run', 'Run')], max_length=12)),
                ('owner_id', models.CharField(blank=True, max_length=200)),
                ('run_id', models.UUIDField(blank=True, null=True)),
                ('source_id', models.CharField(blank=True, max_length=200)),
                ('told_sealed', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('refused', 'Not done')], default='waiting', max_length=7)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('memories', models.PositiveIntegerField(default=0)),
                ('withheld', models.PositiveIntegerField(default=0)),
                ('preferences', models.PositiveIntegerField(default=0)),
                ('model', models.CharField(blank=True, max_length=200)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['organization', '-created_at', '-id'], name='extractions_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('run_id__isnull', False)), fields=('organization', 'run_id'), name='a_run_is_looked_through_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='learningsetting',
            constraint=models.UniqueConstraint(fields=('organization', 'agent'), name='one_learning_setting_for_each_agent', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='learningsetting',
            constraint=models.CheckConstraint(condition=models.Q(('daily_cost__gte', 0)), name='a_day_costs_no_less'),
        ),
        migrations.AddConstraint(
            model_name='learningday',
            constraint=models.UniqueConstraint(fields=('organization', 'setting', 'day'), name='a_day_of_learning_is_one_row'),
        ),
        migrations.AddIndex(
            model_name='preference',
            index=models.Index(fields=['organization', '-last_observed_at', '-id'], name='preferences_newest'),
        ),
        migrations.AddIndex(
            model_name='preference',
            index=models.Index(condition=models.Q(('run_id__isnull', False)), fields=['organization', 'run_id'], name='preferences_of_a_run'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.UniqueConstraint(fields=('organization', 'user', 'category', 'key'), name='one_preference_for_each_key'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('confidence__gte', 0), ('confidence__lte', 1)), name='confidence_of_a_preference'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('category', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='preferences_have_a_key'),
        ),
    ]
