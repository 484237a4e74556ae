import accounts.fence
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from armproject.lib.isolation import Isolate


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_subject_key'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('object_pk', models.CharField(max_length=255, verbose_name='object ID')),
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='contenttypes.contenttype')),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['organization', 'content_type', 'object_pk'], name='accounts_gr_organiz_88794f_idx')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'user', 'permission', 'object_pk'), name='a_grant_is_given_once')],
            },
        ),
        Isolate("Grant"),
    ]
