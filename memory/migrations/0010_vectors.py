import accounts.fence
import armproject.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import memory.models.half_vector
from django.db import migrations, models

from armproject.lib.shelves import CreateShelvedModel


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_ingest_limits'),
        ('memory', '0041_fence_moving'),
    ]

    operations = [
        migrations.AddField(
            model_name='memory',
            name='index_state',
            field=models.CharField(choices=[('ready', 'Ready'), ('pending', 'Waiting to be embedded'), ('failed', 'Could not be embedded')], default='ready', editable=False, max_length=7),
        ),
        migrations.CreateModel(
            name='CachedVector',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('space_id', models.UUIDField()),
                ('mark', models.BinaryField(max_length=16)),
                ('embedding', memory.models.half_vector.HalfVectorField(editable=False)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['organization', 'created_at'], name='cached_vectors_by_age')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'space_id', 'mark'), name='one_cached_vector_for_each_text')],
            },
        ),
        migrations.CreateModel(
            name='EmbeddingSetting',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('app', models.CharField(blank=True, max_length=200)),
                ('provider', models.CharField(choices=[('local', 'On this machine'), ('endpoint', "An endpoint that speaks OpenAI's dialect")], default='local', max_length=8)),
                ('base_url', models.CharField(blank=True, max_length=500)),
                ('model', models.CharField(default='wordllama-l2-supercat-256', max_length=200)),
                ('key_sealed', models.BinaryField(null=True)),
                ('wanted_dimension', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('dimension', models.PositiveSmallIntegerField(default=256)),
                ('daily_tokens', models.PositiveBigIntegerField(blank=True, null=True)),
                ('price', models.DecimalField(blank=True, decimal_places=10, max_digits=20, null=True)),
                ('day', models.DateField(editable=False, null=True)),
                ('tokens', models.PositiveBigIntegerField(default=0, editable=False)),
                ('calls', models.PositiveBigIntegerField(default=0, editable=False)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'embedding setting',
                'ordering': ['app'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'app'), name='one_embedding_setting_for_each_app'), models.CheckConstraint(condition=models.Q(('provider', 'local'), models.Q(('base_url', ''), _negated=True), _connector='OR'), name='endpoints_have_an_address')],
            },
        ),
        migrations.CreateModel(
            name='Space',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('app', models.CharField(blank=True, max_length=200)),
                ('provider', models.CharField(choices=[('local', 'On this machine'), ('endpoint', "An endpoint that speaks OpenAI's dialect")], default='local', max_length=8)),
                ('base_url', models.CharField(blank=True, max_length=500)),
                ('model', models.CharField(default='wordllama-l2-supercat-256', max_length=200)),
                ('key_sealed', models.BinaryField(null=True)),
                ('wanted_dimension', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('dimension', models.PositiveSmallIntegerField(default=256)),
                ('state', models.CharField(choices=[('building', 'Being filled'), ('serving', 'In use'), ('retired', 'Replaced')], default='serving', editable=False, max_length=8)),
                ('shelves', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None)),
                ('emptied', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, editable=False, size=None)),
                ('sealed', models.PositiveIntegerField(default=0, editable=False)),
                ('sealed_at', models.DateTimeField(editable=False, null=True)),
                ('done', models.PositiveIntegerField(default=0, editable=False)),
                ('total', models.PositiveIntegerField(default=0, editable=False)),
                ('problem', models.CharField(blank=True, editable=False, max_length=300)),
                ('recall', models.FloatField(editable=False, null=True)),
                ('sampled', models.PositiveIntegerField(default=0, editable=False)),
                ('measured_at', models.DateTimeField(editable=False, null=True)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['app', 'created_at', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'retired'), _negated=True), fields=('organization', 'app', 'state'), name='one_space_of_each_state_for_each_app')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('pk', models.CompositePrimaryKey('organization_id', 'mark', 'memory_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('mark', models.BigIntegerField()),
                ('memory_id', models.UUIDField()),
                ('count', models.PositiveSmallIntegerField()),
                ('length', models.PositiveIntegerField()),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['memory_id', 'mark'],
                'indexes': [models.Index(fields=['organization', 'memory_id'], name='terms_of_a_memory')],
            },
        ),
        CreateShelvedModel(
            name='Vector',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('shelf', models.IntegerField(default=0)),
                ('space_id', models.UUIDField()),
                ('memory_id', models.UUIDField()),
                ('part', models.PositiveSmallIntegerField(default=0)),
                ('mark', models.BinaryField(max_length=16)),
                ('embedding', memory.models.half_vector.HalfVectorField(editable=False)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['organization', 'space_id', 'memory_id'], name='vectors_in_space')],
            },
        ),
    ]
