"""Receipts of erasures, legal holds, and the one change the audit log allows: to forget a name."""

import accounts.fence
import armproject.lib.ids
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from armproject.lib.isolation import Isolate, definer_function

PERSONAL = "actor_label, address, user_agent, resource_label, before, after, details"

# Payload, code, times and everything else stay as they were; columns that name a person may be
# blanked, by the function below and by nobody else.
FORGETTING_ALLOWED = """
CREATE FUNCTION arm_refuse_change_but_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  personal text[] := ARRAY['actor_label', 'address', 'user_agent', 'resource_label', 'before',
                           'after', 'details'];
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'arm_definer'
     AND to_jsonb(NEW) - personal = to_jsonb(OLD) - personal
     AND (NEW.actor_label, NEW.address, NEW.user_agent) IN
         ((OLD.actor_label, OLD.address, OLD.user_agent), ('erased person', '', ''))
     AND (NEW.resource_label, NEW.before, NEW.after, NEW.details) IN
         ((OLD.resource_label, OLD.before, OLD.after, OLD.details),
          ('erased person', '{}'::jsonb, '{}'::jsonb, '{}'::jsonb)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
DROP TRIGGER append_only ON governance_auditevent;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON governance_auditevent
  FOR EACH ROW EXECUTE FUNCTION arm_refuse_change_but_forgetting();
"""

# Only for people of this organization whose key is destroyed already.
FORGET_SUBJECT = definer_function(
    "arm_forget_subject(wanted uuid)",
    returns="bigint",
    body="""
      WITH theirs AS (
        SELECT id, at, coalesce(actor_user_id = wanted, false) OR actor_id = wanted::text AS acted,
               coalesce(about_user_id = wanted, false) AS meant
          FROM governance_auditevent
         WHERE organization_id = arm_current_organization()
           AND (actor_user_id = wanted OR about_user_id = wanted OR actor_id = wanted::text)
           AND EXISTS (SELECT 1 FROM accounts_subjectkey k
                        WHERE k.organization_id = arm_current_organization()
                          AND k.user_id = wanted AND k.destroyed_at IS NOT NULL)
           AND NOT EXISTS (SELECT 1 FROM accounts_subjectkey k
                            WHERE k.organization_id = arm_current_organization()
                              AND k.user_id = wanted AND k.destroyed_at IS NULL)
      ), done AS (
        UPDATE governance_auditevent e
           SET actor_label = CASE WHEN acted THEN 'erased person' ELSE e.actor_label END,
               address = CASE WHEN acted THEN '' ELSE e.address END,
               user_agent = CASE WHEN acted THEN '' ELSE e.user_agent END,
               resource_label = CASE WHEN meant THEN 'erased person' ELSE e.resource_label END,
               before = CASE WHEN meant THEN '{}'::jsonb ELSE e.before END,
               after = CASE WHEN meant THEN '{}'::jsonb ELSE e.after END,
               details = CASE WHEN meant THEN '{}'::jsonb ELSE e.details END
          FROM theirs t
         WHERE e.id = t.id AND e.at = t.at AND e.organization_id = arm_current_organization()
        RETURNING 1
      )
      SELECT count(*) FROM done
    """,
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_subject_key"),
        ("governance", "0004_fence_alerts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("auditevent", "about_user_id", models.UUIDField(blank=True, null=True)),
        migrations.AddField("auditevent", "actor_user_id", models.UUIDField(blank=True, null=True)),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('person_id', models.UUIDField(editable=False)),
                ('address_mark', models.CharField(editable=False, max_length=64)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('erased', models.JSONField(default=dict, editable=False)),
                ('kept', models.JSONField(default=list, editable=False)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('requested_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['organization', 'address_mark'], name='erased_address')],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=armproject.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('reason', models.CharField(max_length=500)),
                ('released_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('organization', models.ForeignKey(db_index=False, default=accounts.fence.current_organization_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('organization', 'user'), name='one_hold_stands_for_a_person')],
            },
        ),
        Isolate("Erasure", rights="SELECT, INSERT"),
        Isolate("LegalHold", rights="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(
            [
                FORGETTING_ALLOWED,
                "GRANT SELECT ON governance_auditevent TO arm_definer",
                f"GRANT UPDATE ({PERSONAL}) ON governance_auditevent TO arm_definer",
                *FORGET_SUBJECT,
            ]
        ),
    ]
