"""States and counts of keys, and what an operator asks and does across organizations."""

from django.db import migrations, models

from armproject.lib.isolation import definer_function

FIND_ORGANIZATION = definer_function(
    "arm_find_organization(wanted text)",
    returns="TABLE (id uuid)",
    body="SELECT id FROM accounts_organization WHERE slug = wanted",
)
COUNT_KEYS = definer_function(
    "arm_count_keys()",
    returns="TABLE (master_key_id text, state text, keys bigint, organizations bigint)",
    body="""
      SELECT master_key_id, state, count(*), count(DISTINCT organization_id)
        FROM accounts_organizationkey GROUP BY 1, 2 ORDER BY 1, 2
    """,
)
# Only what is still wrapped leaves here; without the master keys it opens nothing.
CLAIM_KEYS = definer_function(
    "arm_claim_keys(wanted text, after_id uuid, most integer)",
    returns="TABLE (id uuid, organization_id uuid, version smallint, master_key_id text,"
    " wrapped bytea)",
    body="""
      SELECT id, organization_id, version, master_key_id, wrapped
        FROM accounts_organizationkey
       WHERE master_key_id <> wanted AND state <> 'destroyed' AND id > after_id
       ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED
    """,
)
REWRAP_KEYS = definer_function(
    "arm_rewrap_keys(ids uuid[], blobs bytea[], wanted text)",
    returns="bigint",
    body="""
      WITH done AS (
        UPDATE accounts_organizationkey k SET wrapped = given.blob, master_key_id = wanted
          FROM unnest(ids, blobs) AS given (id, blob)
         WHERE k.id = given.id AND k.state <> 'destroyed' RETURNING 1
      )
      SELECT count(*) FROM done
    """,
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_roles")]

    operations = [
        migrations.AlterModelOptions(
            name="organizationkey",
            options={"ordering": ["-version"], "verbose_name": "encryption key"},
        ),
        migrations.AlterField(
            model_name="organizationkey",
            name="master_key_id",
            field=models.CharField(max_length=100, verbose_name="master key"),
        ),
        migrations.AddField(
            model_name="organizationkey",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("replaced", "Being replaced"),
                    ("retired", "Retired"),
                    ("destroyed", "Destroyed"),
                ],
                default="active",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="organizationkey",
            name="encryptions",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="organizationkey",
            name="replaced_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="organizationkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "active")),
                fields=("organization",),
                name="one_key_of_an_organization_seals",
            ),
        ),
        migrations.RunSQL(
            [
                "GRANT SELECT, UPDATE ON accounts_organizationkey TO arm_definer",
                *FIND_ORGANIZATION,
                *COUNT_KEYS,
                *CLAIM_KEYS,
                *REWRAP_KEYS,
            ]
        ),
    ]
