import django.db.models.deletion
from django.db import migrations, models

import accounts.models.scoped
from armproject.lib.isolation import LinkInsideTenant, definer_function

FIND_API_KEY = [
    "DROP FUNCTION arm_find_api_key(text)",
    *definer_function(
        "arm_find_api_key(wanted text)",
        returns="TABLE (id uuid, organization_id uuid, user_id uuid, name text, digest text,"
        " scopes jsonb, role text, expires_at timestamptz, last_used_at timestamptz,"
        " former_digest text, former_until timestamptz, addresses jsonb)",
        body="""
          SELECT k.id, k.organization_id, k.user_id, k.name, k.digest, k.scopes, m.role,
                 k.expires_at, k.last_used_at, k.former_digest, k.former_until, k.addresses
            FROM accounts_apikey k
            JOIN accounts_membership m
              ON m.organization_id = k.organization_id AND m.user_id = k.user_id
            JOIN accounts_user u ON u.id = k.user_id AND u.is_active
            JOIN accounts_organization o ON o.id = k.organization_id AND o.suspended_at IS NULL
           WHERE k.public_id = wanted AND k.revoked_at IS NULL
        """,
    ),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_fence")]

    operations = [
        migrations.AddField(
            "ApiKey", "addresses", models.JSONField(blank=True, default=list)
        ),
        migrations.AddField(
            "ApiKey",
            "former_digest",
            models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "ApiKey", "former_until", models.DateTimeField(blank=True, editable=False, null=True)
        ),
        migrations.AddField(
            "ApiKey",
            "issued_by",
            accounts.models.scoped.TenantForeignKey(
                blank=True,
                db_constraint=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.apikey",
            ),
        ),
        LinkInsideTenant("ApiKey", field="issued_by"),
        migrations.RunSQL(FIND_API_KEY),
    ]
