import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import accounts.fence
import accounts.models.scoped
import armproject.lib.ids
from armproject.lib.isolation import Isolate, LinkInsideTenant, definer_function

FIND_API_KEY = [
    "GRANT SELECT ON accounts_customrole TO arm_definer",
    "DROP FUNCTION arm_find_api_key(text)",
    *definer_function(
        "arm_find_api_key(wanted text)",
        returns="TABLE (id uuid, organization_id uuid, user_id uuid, name text, digest text,"
        " scopes jsonb, role text, expires_at timestamptz, last_used_at timestamptz,"
        " former_digest text, former_until timestamptz, addresses jsonb, own_role jsonb)",
        body="""
          SELECT k.id, k.organization_id, k.user_id, k.name, k.digest, k.scopes, m.role,
                 k.expires_at, k.last_used_at, k.former_digest, k.former_until, k.addresses,
                 r.permissions
            FROM accounts_apikey k
            JOIN accounts_membership m
              ON m.organization_id = k.organization_id AND m.user_id = k.user_id
            JOIN accounts_user u ON u.id = k.user_id AND u.is_active
            JOIN accounts_organization o ON o.id = k.organization_id AND o.suspended_at IS NULL
            LEFT JOIN accounts_customrole r
              ON r.organization_id = m.organization_id AND r.id = m.custom_role_id
           WHERE k.public_id = wanted AND k.revoked_at IS NULL
        """,
    ),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_rate_limits")]

    operations = [
        migrations.CreateModel(
            name="CustomRole",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=armproject.lib.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("permissions", models.JSONField(default=list)),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        default=accounts.fence.current_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "name"), name="a_role_has_a_name_of_its_own"
                    )
                ],
            },
        ),
        Isolate("CustomRole"),
        migrations.AlterField(
            "Membership",
            "role",
            models.CharField(
                blank=True,
                choices=[
                    ("owner", "Owner"),
                    ("admin", "Admin"),
                    ("developer", "Developer"),
                    ("member", "Member"),
                    ("viewer", "Viewer"),
                    ("auditor", "Auditor"),
                ],
                default="member",
                max_length=20,
            ),
        ),
        migrations.AddField(
            "Membership",
            "custom_role",
            accounts.models.scoped.TenantForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="accounts.customrole",
            ),
        ),
        LinkInsideTenant("Membership", field="custom_role"),
        migrations.AddConstraint(
            "Membership",
            models.CheckConstraint(
                condition=models.Q(("role", "")) ^ models.Q(("custom_role", None)),
                name="a_member_has_exactly_one_role",
            ),
        ),
        migrations.RunSQL(FIND_API_KEY),
    ]
