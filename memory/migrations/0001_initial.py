"""Memories, their parts and versions, what they came from, and how they were used."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0015_ingest_limits'),
        ('agents', '0004_invocations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Memory',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('owner_type', models.CharField(choices=[('user', 'User'), ('organization', 'Organization'), ('app', 'App'), ('agent', 'Agent'), ('run', 'Run')], max_length=12)),
                ('owner_id', models.CharField(blank=True, max_length=200)),
                ('horizon', models.CharField(choices=[('short_term', 'Short term'), ('long_term', 'Long term'), ('profile', 'Profile')], default='long_term', max_length=10)),
                ('kind', models.CharField(choices=[('conversation', 'Conversation'), ('preference', 'Preference'), ('fact', 'Fact'), ('instruction', 'Instruction')], default='fact', max_length=12)),
                ('store', models.CharField(choices=[('core', 'Core'), ('associative', 'Associative'), ('episodic', 'Episodic'), ('proactive', 'Proactive')], default='associative', max_length=11)),
                ('key', models.CharField(blank=True, max_length=200)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('content_sealed', models.BinaryField()),
                ('digest', models.BinaryField(max_length=32)),
                ('tokens', models.PositiveIntegerField(default=0)),
                ('metadata', models.JSONField(blank=True, default=dict)),
                ('visibility', models.CharField(choices=[('private', 'Private'), ('org', 'Organization'), ('public', 'Public')], default='private', max_length=7)),
                ('source_type', models.CharField(choices=[('interaction', 'An interaction'), ('manual', 'Written by hand'), ('import', 'Imported'), ('inference', 'Concluded')], default='manual', max_length=11)),
                ('source_id', models.CharField(blank=True, max_length=200)),
                ('imported_from', models.CharField(blank=True, max_length=200)),
                ('confidence', models.FloatField(blank=True, null=True)),
                ('is_trusted', models.BooleanField(default=False)),
                ('is_locked', models.BooleanField(default=False)),
                ('valid_from', models.DateTimeField(blank=True, null=True)),
                ('valid_until', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('live', 'Live'), ('withheld', 'Withheld'), ('forgotten', 'Forgotten')], default='live', editable=False, max_length=9)),
                ('state_reason', models.CharField(blank=True, editable=False, max_length=300)),
                ('forgotten_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('uses', models.PositiveIntegerField(default=0, editable=False)),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_by', models.CharField(blank=True, editable=False, max_length=200)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='memories', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'memory',
                'verbose_name_plural': 'memories',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Chunk',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('index', models.PositiveIntegerField()),
                ('start', models.PositiveIntegerField()),
                ('length', models.PositiveIntegerField()),
                ('tokens', models.PositiveIntegerField()),
                ('content_sealed', models.BinaryField()),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('memory', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='memory.memory')),
            ],
            options={
                'ordering': ['memory', 'index'],
            },
        ),
        migrations.CreateModel(
            name='MemoryVersion',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('number', models.PositiveIntegerField()),
                ('content_sealed', models.BinaryField()),
                ('facts', models.JSONField(default=dict)),
                ('changed_by', models.CharField(blank=True, max_length=200)),
                ('memory', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='memory.memory')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['memory', '-number'],
            },
        ),
        migrations.CreateModel(
            name='Origin',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('run_id', models.UUIDField(blank=True, null=True)),
                ('memory', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='origins', to='memory.memory')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('parent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='derived', to='memory.memory')),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Use',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(choices=[('recalled', 'Recalled'), ('read', 'Read'), ('injected', 'Put into an agent'), ('exported', 'Exported')], max_length=8)),
                ('recall', models.UUIDField(blank=True, null=True)),
                ('by', models.CharField(blank=True, max_length=200)),
                ('agent_id', models.UUIDField(blank=True, null=True)),
                ('run_id', models.UUIDField(blank=True, null=True)),
                ('score', models.FloatField(blank=True, null=True)),
                ('rank', models.PositiveIntegerField(blank=True, null=True)),
                ('helpful', models.BooleanField(blank=True, null=True)),
                ('memory', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='used', to='memory.memory')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(fields=['organization', 'owner_type', 'owner_id', 'store', '-created_at', '-id'], name='memories_of_an_owner'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='memories_newest'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(condition=models.Q(('agent__isnull', False)), fields=['organization', 'agent'], name='memories_of_an_agent'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(fields=['organization', 'digest'], name='memories_by_digest'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['organization', 'expires_at'], name='memories_that_expire'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(condition=models.Q(('state', 'live'), _negated=True), fields=['organization', 'state', '-created_at'], name='memories_not_live'),
        ),
        migrations.AddIndex(
            model_name='memory',
            index=models.Index(condition=models.Q(('source_id', ''), _negated=True), fields=['organization', 'source_id'], name='memories_of_a_source'),
        ),
        migrations.AddConstraint(
            model_name='memory',
            constraint=models.UniqueConstraint(condition=models.Q(('store', 'core'), models.Q(('state', 'forgotten'), _negated=True)), fields=('organization', 'owner_type', 'owner_id', 'key'), name='one_core_memory_for_each_key'),
        ),
        migrations.AddConstraint(
            model_name='memory',
            constraint=models.CheckConstraint(condition=models.Q(('confidence', None), models.Q(('confidence__gte', 0), ('confidence__lte', 1)), _connector='OR'), name='confidence_from_0_to_1'),
        ),
        migrations.AddConstraint(
            model_name='memory',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_until', None), ('valid_from__lt', models.F('valid_until')), _connector='OR'), name='valid_from_before_until'),
        ),
        migrations.AddConstraint(
            model_name='memory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner_id', ''), ('owner_type', 'organization')), models.Q(models.Q(('owner_type', 'organization'), _negated=True), models.Q(('owner_id', ''), _negated=True)), _connector='OR'), name='an_owner_has_an_id'),
        ),
        migrations.AddConstraint(
            model_name='memory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('store', 'core'), _negated=True), models.Q(('key', ''), _negated=True), _connector='OR'), name='core_memories_have_a_key'),
        ),
        migrations.AddConstraint(
            model_name='chunk',
            constraint=models.UniqueConstraint(fields=('organization', 'memory', 'index'), name='one_chunk_for_each_index'),
        ),
        migrations.AddConstraint(
            model_name='memoryversion',
            constraint=models.UniqueConstraint(fields=('organization', 'memory', 'number'), name='one_version_for_each_number'),
        ),
        migrations.AddIndex(
            model_name='origin',
            index=models.Index(fields=['organization', 'memory'], name='origins_of_a_memory'),
        ),
        migrations.AddIndex(
            model_name='origin',
            index=models.Index(fields=['organization', 'parent'], name='what_came_of_a_memory'),
        ),
        migrations.AddIndex(
            model_name='origin',
            index=models.Index(fields=['organization', 'run_id'], name='memories_made_of_a_run'),
        ),
        migrations.AddIndex(
            model_name='use',
            index=models.Index(fields=['organization', 'memory', '-created_at'], name='uses_of_a_memory'),
        ),
        migrations.AddIndex(
            model_name='use',
            index=models.Index(fields=['organization', 'recall'], name='uses_of_a_recall'),
        ),
        migrations.AddIndex(
            model_name='use',
            index=models.Index(fields=['organization', 'created_at'], name='uses_by_age'),
        ),
    ]
