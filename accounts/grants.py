"""What the application may do with tables that belong to no tenant and come from elsewhere."""

from typing import Any

from django.apps import apps
from django.db import connections

from armproject.lib.isolation import APP_ROLE, EVERYTHING, quoted

# Libraries' tables, by app: their migrations know nothing of our role, so the grants are renewed
# after each migration.
SHARED = {
    "contenttypes": "SELECT",
    "auth": "SELECT",
    "sessions": EVERYTHING,
    "account": EVERYTHING,
    "mfa": EVERYTHING,
    "usersessions": EVERYTHING,
    "socialaccount": EVERYTHING,
    "django_celery_beat": EVERYTHING,
}


def grant_shared_tables(*, using: str, **_: Any) -> None:
    """Grant the application its rights on the tables of libraries, and on their sequences."""
    if using != "owner":
        return
    with connections[using].cursor() as cursor:
        present = set(connections[using].introspection.table_names(cursor))
        cursor.execute(f"GRANT SELECT ON django_migrations TO {APP_ROLE}")
        for label, rights in SHARED.items():
            for model in apps.get_app_config(label).get_models(include_auto_created=True):
                table = model._meta.db_table
                if table in present:
                    cursor.execute(f"GRANT {rights} ON {quoted(table)} TO {APP_ROLE}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
