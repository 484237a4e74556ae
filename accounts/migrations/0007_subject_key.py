"""A key for each person in each organization, and whether somebody belongs elsewhere."""

import accounts.fence
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from armproject.lib.isolation import Isolate, definer_function

BELONGS_ELSEWHERE = definer_function(
    "arm_belongs_elsewhere(wanted uuid)",
    returns="boolean",
    body="""
      SELECT EXISTS (SELECT 1 FROM accounts_membership
        WHERE user_id = wanted AND organization_id IS DISTINCT FROM arm_current_organization())
    """,
)



class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_organization_keys")]

    operations = [
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                ("id", models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("sealed", models.BinaryField(null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("organization", models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(condition=models.Q(("destroyed_at", None)), fields=("organization", "user"), name="a_person_has_one_living_key")],
            },
        ),
        Isolate("SubjectKey", rights="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(
            ["GRANT SELECT ON accounts_subjectkey TO arm_definer", *BELONGS_ELSEWHERE]
        ),
    ]
