"""Which memory tools agents may use."""

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0015_ingest_limits'),
        ('agents', '0004_invocations'),
        ('memory', '0021_learning_fence'),
    ]

    operations = [
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('tools', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('agent', accounts.models.scoped.TenantForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memory_offers', to='agents.agent')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
            ],
            options={
                'verbose_name': 'offer of memory tools',
                'verbose_name_plural': 'offers of memory tools',
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'agent'), name='one_offer_for_each_agent')],
            },
        ),
        Isolate("Offer", linked=False),
    ]
