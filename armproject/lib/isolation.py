"""Migration operations that build the second wall of the fence.

Row-level security, composite foreign keys, and grants given table by table.
"""

from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation

APP_ROLE = "arm_app"
DEFINER_ROLE = "arm_definer"
EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
TENANT = "organization_id = arm_current_organization()"


def quoted(name: str) -> str:
    """Return the SQL identifier, quoted."""
    return '"' + name.replace('"', '""') + '"'


class _TableOperation(Operation):
    """An operation on the table of one model, without effect on Django's own state."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, **options: Any) -> None:
        self.model_name = model_name
        self.options = options

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], self.options

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the state of the models as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            for statement in self.statements(model):
                schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, old: Any, new: Any) -> None:
        """Do nothing: dropping the table, which follows, takes all of this with it."""

    def statements(self, model: Any) -> list[str]:
        raise NotImplementedError

    def describe(self) -> str:
        return f"{type(self).__name__} {self.model_name}"


class Isolate(_TableOperation):
    """Put the table of a tenant's model behind row-level security.

    Links to other tenant rows become foreign keys over (organization, id), so that no row can
    point across tenants. `rights` is what the application may do with the table; `using` widens
    which rows are *seen*, `check` stays the tenant's own. `linked=False` is for tables nothing
    links to, such as partitioned ones, which cannot carry the key that links need.
    """

    def __init__(
        self,
        model_name: str,
        *,
        rights: str = EVERYTHING,
        using: str = TENANT,
        check: str = TENANT,
        linked: bool = True,
    ) -> None:
        super().__init__(model_name, rights=rights, using=using, check=check, linked=linked)

    def statements(self, model: Any) -> list[str]:
        table = quoted(model._meta.db_table)
        using, check, rights = (self.options[k] for k in ("using", "check", "rights"))
        target = [f"ALTER TABLE {table} ADD UNIQUE (organization_id, id)"]
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} USING ({using}) WITH CHECK ({check})",
            f"GRANT {rights} ON {table} TO {APP_ROLE}",
            *(target if self.options["linked"] else []),
            *_composite_links(model, table),
        ]


class LinkInsideTenant(_TableOperation):
    """Enforce one tenant link that was added to a table after it was isolated."""

    def __init__(self, model_name: str, *, field: str) -> None:
        super().__init__(model_name, field=field)

    def statements(self, model: Any) -> list[str]:
        field = model._meta.get_field(self.options["field"])
        return [_composite_link(model, quoted(model._meta.db_table), field)]


class Share(_TableOperation):
    """Grant the application rights on a table that belongs to no tenant."""

    def __init__(self, model_name: str, *, rights: str) -> None:
        super().__init__(model_name, rights=rights)

    def statements(self, model: Any) -> list[str]:
        return [f"GRANT {self.options['rights']} ON {quoted(model._meta.db_table)} TO {APP_ROLE}"]


class AppendOnly(_TableOperation):
    """Refuse to change, delete or truncate rows, whoever asks."""

    def statements(self, model: Any) -> list[str]:
        table = quoted(model._meta.db_table)
        return [
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE}",
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION arm_refuse_change()",
            # Partitions do not inherit triggers for statements.
            "DO $$ DECLARE part regclass; BEGIN FOR part IN"  # noqa: S608 - a name of our own
            f" SELECT relid FROM pg_partition_tree('{table}') UNION SELECT '{table}'::regclass"
            " LOOP EXECUTE 'CREATE TRIGGER never_truncated BEFORE TRUNCATE ON ' || part ||"
            " ' FOR EACH STATEMENT EXECUTE FUNCTION arm_refuse_change()'; END LOOP; END $$",
        ]


def _composite_links(model: Any, table: str) -> list[str]:
    return [_composite_link(model, table, f) for f in model._meta.fields if _is_tenant_link(f)]


def _composite_link(model: Any, table: str, field: Any) -> str:
    target = quoted(field.remote_field.model._meta.db_table)
    return (
        f"ALTER TABLE {table} ADD FOREIGN KEY (organization_id, {quoted(field.column)})"
        f" REFERENCES {target} (organization_id, id) DEFERRABLE INITIALLY DEFERRED"
    )


def _is_tenant_link(field: Any) -> bool:
    return (
        isinstance(field, models.ForeignKey)
        and not getattr(field, "db_constraint", True)
        and any(f.name == "organization" for f in field.remote_field.model._meta.fields)
    )


def definer_function(signature: str, *, returns: str, body: str) -> list[str]:
    """Return the statements that create a function which sees past the fence.

    There are few of these; `check_rls` knows each by name. Each answers one narrow question that
    must be asked before a tenant is known, and runs with a fixed search path.
    """
    name, _, arguments = signature.partition("(")
    types = ", ".join(part.split()[-1] for part in arguments.rstrip(")").split(",") if part.strip())
    function = f"{name}({types})"
    return [
        f"CREATE FUNCTION {signature} RETURNS {returns} LANGUAGE sql SECURITY DEFINER"
        f" SET search_path = pg_catalog, public AS $arm$ {body} $arm$",
        f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}",
        # The new owner of a function must be able to create in its schema, for this moment only.
        f"GRANT CREATE ON SCHEMA public TO {DEFINER_ROLE}",
        f"ALTER FUNCTION {function} OWNER TO {DEFINER_ROLE}",
        f"REVOKE CREATE ON SCHEMA public FROM {DEFINER_ROLE}",
    ]
