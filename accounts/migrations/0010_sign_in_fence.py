"""What the application may do with the rows of signing in, and where single sign-on leads."""

from django.db import migrations

from armproject.lib.isolation import Isolate, Share, definer_function

FIND_PROVIDER = definer_function(
    "arm_find_identity_provider(wanted text)",
    returns="TABLE (id uuid, organization_id uuid)",
    body="""
      SELECT p.id, p.organization_id
        FROM accounts_identityprovider p
        JOIN accounts_organization o ON o.id = p.organization_id AND o.suspended_at IS NULL
       WHERE p.is_active AND p.domains ? wanted
       ORDER BY p.created_at LIMIT 1
    """,
)
SEEN_BY_DEFINER = "GRANT SELECT ON accounts_identityprovider TO arm_definer"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_sign_in")]

    operations = [
        # An event stays as it was; only from where it came is blanked when a person is erased.
        Isolate("SignInEvent", rights="SELECT, INSERT, UPDATE (address, user_agent)"),
        Isolate("Invitation", rights="SELECT, INSERT, UPDATE"),
        Isolate("IdentityProvider"),
        Share("SignInCounter", rights="SELECT, INSERT, UPDATE, DELETE"),
        Share("RefreshToken", rights="SELECT, INSERT, UPDATE, DELETE"),
        Share("Letter", rights="SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL([SEEN_BY_DEFINER, *FIND_PROVIDER]),
    ]
