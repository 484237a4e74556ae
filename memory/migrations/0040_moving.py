"""Imports, injections and external stores."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_ingest_limits'),
        ('agents', '0004_invocations'),
        ('jobs', '0007_figures'),
        ('memory', '0030_offers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExternalStore',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=100)),
                ('compared_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('compared', models.PositiveIntegerField(default=0, editable=False)),
                ('repaired', models.PositiveIntegerField(default=0, editable=False)),
                ('last_error', models.TextField(blank=True, editable=False)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('subscription', accounts.models.scoped.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='external_stores', to='jobs.subscription')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ExternalCopy',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('memory_id', models.UUIDField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('sent_at', models.DateTimeField()),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('store', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='copies', to='memory.externalstore')),
            ],
            options={
                'verbose_name_plural': 'external copies',
                'ordering': ['store', 'memory_id'],
            },
        ),
        migrations.CreateModel(
            name='Injection',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('place', models.CharField(blank=True, max_length=300)),
                ('memory_ids', models.JSONField(default=list)),
                ('preferences', models.PositiveIntegerField(default=0)),
                ('user', models.CharField(blank=True, max_length=200)),
                ('characters', models.PositiveIntegerField(default=0)),
                ('former_sealed', models.BinaryField()),
                ('written', models.BinaryField(max_length=32)),
                ('put_by', models.CharField(blank=True, max_length=200)),
                ('taken_out_at', models.DateTimeField(blank=True, null=True)),
                ('taken_out_by', models.CharField(blank=True, max_length=200)),
                ('agent', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='injections', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='MemoryImport',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('format', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('examined', 'Looked at'), ('queued', 'Waiting'), ('running', 'Under way'), ('done', 'Imported'), ('failed', 'Failed'), ('undone', 'Undone'), ('discarded', 'Discarded')], default='examined', editable=False, max_length=9)),
                ('signer', models.CharField(choices=[('nobody', 'Nobody'), ('ours', 'This installation'), ('foreign', 'Another installation')], default='nobody', max_length=7)),
                ('facts', models.JSONField(default=dict, editable=False)),
                ('owner_type', models.CharField(choices=[('user', 'User'), ('organization', 'Organization'), ('app', 'App'), ('agent', 'Agent'), ('run', 'Run')], default='organization', max_length=12)),
                ('owner_id', models.CharField(blank=True, max_length=200)),
                ('document_sealed', models.BinaryField(null=True)),
                ('lines', models.PositiveIntegerField(default=0, editable=False)),
                ('done', models.PositiveIntegerField(default=0, editable=False)),
                ('counts', models.JSONField(default=dict, editable=False)),
                ('findings', models.JSONField(default=list, editable=False)),
                ('last_error', models.TextField(blank=True, editable=False)),
                ('created_by', models.CharField(blank=True, editable=False, max_length=200)),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('undone_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('agent', accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'import',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ImportedMemory',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('line', models.PositiveIntegerField()),
                ('memory_id', models.UUIDField()),
                ('outcome', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('preference', 'New preference')], max_length=10)),
                ('version', models.PositiveIntegerField(default=1)),
                ('former_version', models.PositiveIntegerField(blank=True, null=True)),
                ('was_trusted', models.BooleanField(default=False)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('memory_import', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='brought', to='memory.memoryimport')),
            ],
            options={
                'ordering': ['memory_import', 'line'],
            },
        ),
        migrations.AddConstraint(
            model_name='externalstore',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='an_external_store_has_its_own_name'),
        ),
        migrations.AddConstraint(
            model_name='externalcopy',
            constraint=models.UniqueConstraint(fields=('organization', 'store', 'memory_id'), name='one_copy_of_each_memory'),
        ),
        migrations.AddIndex(
            model_name='injection',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='injections_newest'),
        ),
        migrations.AddConstraint(
            model_name='injection',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_out_at', None)), fields=('organization', 'agent'), name='one_standing_injection_for_each_agent'),
        ),
        migrations.AddIndex(
            model_name='memoryimport',
            index=models.Index(fields=['organization', '-created_at', '-id'], name='imports_newest'),
        ),
        migrations.AddConstraint(
            model_name='importedmemory',
            constraint=models.UniqueConstraint(fields=('organization', 'memory_import', 'outcome', 'line'), name='one_outcome_for_each_line'),
        ),
    ]
