"""A grant may be held by a role."""

import accounts.models.scoped
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from armproject.lib.isolation import LinkInsideTenant


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_departures_and_devices'),
    ]

    operations = [
        migrations.AddField(
            model_name='grant',
            name='custom_role',
            field=accounts.models.scoped.TenantForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='accounts.customrole'),
        ),
        LinkInsideTenant('Grant', field='custom_role'),
        migrations.AddField(
            model_name='grant',
            name='role',
            field=models.CharField(blank=True, choices=[('owner', 'Owner'), ('admin', 'Admin'), ('developer', 'Developer'), ('member', 'Member'), ('viewer', 'Viewer'), ('auditor', 'Auditor')], max_length=20),
        ),
        migrations.AlterField(
            model_name='grant',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(condition=models.Q(('role', ''), _negated=True), fields=('organization', 'role', 'permission', 'object_pk'), name='a_role_is_granted_once'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(fields=('organization', 'custom_role', 'permission', 'object_pk'), name='an_own_role_is_granted_once'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('custom_role', None), ('role', ''), ('user__isnull', False)), models.Q(('custom_role', None), ('user', None), models.Q(('role', ''), _negated=True)), models.Q(('custom_role__isnull', False), ('role', ''), ('user', None)), _connector='OR'), name='a_grant_has_exactly_one_holder'),
        ),
    ]
