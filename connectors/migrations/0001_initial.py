import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_fence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('name', models.CharField(max_length=100)),
                ('vendor', models.CharField(max_length=20)),
                ('base_url', models.CharField(blank=True, max_length=300)),
                ('options', models.JSONField(blank=True, default=dict)),
                ('admin_sealed', models.BinaryField(null=True)),
                ('admin_hint', models.CharField(blank=True, editable=False, max_length=12)),
                ('runtime_sealed', models.BinaryField(null=True)),
                ('runtime_hint', models.CharField(blank=True, editable=False, max_length=12)),
                ('former_sealed', models.BinaryField(null=True)),
                ('former_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('credential_version', models.PositiveIntegerField(default=1, editable=False)),
                ('status', models.CharField(choices=[('untested', 'Not tested yet'), ('healthy', 'Healthy'), ('needs_attention', 'Needs attention'), ('disconnected', 'Disconnected')], default='untested', max_length=20)),
                ('status_reason', models.TextField(blank=True)),
                ('trouble', models.CharField(blank=True, editable=False, max_length=30)),
                ('troubles', models.JSONField(blank=True, default=dict, editable=False)),
                ('reports', models.JSONField(blank=True, default=list)),
                ('capabilities', models.JSONField(blank=True, default=list)),
                ('tested_at', models.DateTimeField(blank=True, null=True)),
                ('synced_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('disconnected_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='SyncRun',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(choices=[('discovery', 'Discovery'), ('usage', 'Usage'), ('costs', 'Costs')], max_length=12)),
                ('state', models.CharField(choices=[('running', 'Running'), ('complete', 'Complete'), ('partial', 'In part'), ('failed', 'Failed')], default='running', max_length=10)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('found', models.JSONField(blank=True, default=dict)),
                ('unread', models.JSONField(blank=True, default=list)),
                ('error', models.TextField(blank=True)),
                ('requested_by', models.CharField(blank=True, max_length=200)),
                ('connection', accounts.models.scoped.TenantForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='syncs', to='connectors.connection')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'reading',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'disconnected'), _negated=True), fields=('organization', 'name'), name='a_connection_has_its_own_name'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(fields=['organization', 'connection', 'kind', '-id'], name='connectors__organiz_848184_idx'),
        ),
    ]
