"""An invitation may be for a role of the organization's own; two names as people say them."""

import accounts.models.scoped
import django.db.models.deletion
from django.db import migrations, models

from armproject.lib.isolation import LinkInsideTenant


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0013_role_grants'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='membership', options={'ordering': ['created_at'], 'verbose_name': 'member'}
        ),
        migrations.AlterModelOptions(
            name='apikey', options={'ordering': ['-created_at'], 'verbose_name': 'API key'}
        ),
        migrations.AddField(
            model_name='invitation',
            name='custom_role',
            field=accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='invitations', to='accounts.customrole'),
        ),
        LinkInsideTenant('Invitation', field='custom_role'),
        migrations.AlterField(
            model_name='invitation',
            name='role',
            field=models.CharField(blank=True, choices=[('owner', 'Owner'), ('admin', 'Admin'), ('developer', 'Developer'), ('member', 'Member'), ('viewer', 'Viewer'), ('auditor', 'Auditor')], default='member', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', ''), ('custom_role', None), _connector='XOR'), models.Q(('custom_role', None), ('role', ''), models.Q(('accepted_at__isnull', False), ('revoked_at__isnull', False), _connector='OR')), _connector='OR'), name='an_invitation_is_for_one_role'),
        ),
    ]
