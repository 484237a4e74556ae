"""Tables cut by a number, so that what one organization has of it can be rebuilt and swapped in."""

from typing import Any

from django.db.migrations.operations.models import CreateModel

from armproject.lib.isolation import quoted

OPEN = 0


class CreateShelvedModel(CreateModel):
    """Create a model's table partitioned by its whole number `shelf`.

    The table's key is (id, shelf). Partition 0 is there from the start; further ones are made by
    functions that the application may call.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        sql, params = schema_editor.table_sql(model)
        key = ", PRIMARY KEY (id, shelf)) PARTITION BY LIST (shelf)"
        sql = sql.replace(" PRIMARY KEY", "", 1).rstrip().removesuffix(")") + key
        schema_editor.execute(sql, params or None)
        table = model._meta.db_table
        schema_editor.execute(
            f"CREATE TABLE {quoted(f'{table}_{OPEN}')} PARTITION OF {quoted(table)}"
            f" FOR VALUES IN ({OPEN})"
        )
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))
