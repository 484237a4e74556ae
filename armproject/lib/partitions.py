"""Tables cut by time, so that old rows leave by dropping a table and no query reads them all."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.migrations.operations.models import CreateModel

from armproject.lib.isolation import APP_ROLE, quoted

# Made by the owner of the tables, callable by the application: it can add partitions, nothing else.
ENSURE_PARTITIONS = """
CREATE FUNCTION arm_ensure_partitions(parent regclass, step text, first date, number integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $arm$
DECLARE
  width interval := CASE step WHEN 'month' THEN interval '1 month' WHEN 'day' THEN '1 day' END;
  start date;
  name text;
  made integer := 0;
BEGIN
  IF width IS NULL OR obj_description(parent, 'pg_class') IS DISTINCT FROM 'cut by ' || step THEN
    RAISE EXCEPTION '% is not cut into such partitions', parent;
  END IF;
  IF number > 120 OR first < '2020-01-01' OR first > current_date + 400 THEN
    RAISE EXCEPTION 'these partitions are out of range';
  END IF;
  FOR turn IN 0..number - 1 LOOP
    start := (date_trunc(step, first) + turn * width)::date;
    name := format('%s_%s', parent, to_char(start, CASE step WHEN 'day' THEN 'YYYY_MM_DD'
                                                   ELSE 'YYYY_MM' END));
    IF to_regclass('public.' || quote_ident(name)) IS NULL THEN
      EXECUTE format('CREATE TABLE public.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
                     name, parent, start, start + width);
      -- Triggers for rows come with the partition, those for statements do not.
      IF EXISTS (SELECT 1 FROM pg_trigger
                 WHERE tgrelid = parent AND tgname = 'never_truncated') THEN
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON public.%I'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION arm_refuse_change()', name);
      END IF;
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $arm$;
REVOKE ALL ON FUNCTION arm_ensure_partitions(regclass, text, date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arm_ensure_partitions(regclass, text, date, integer) TO arm_app;
"""


class CreatePartitionedModel(CreateModel):
    """Create a model's table partitioned by month or day of one of its columns.

    The table's key is (id, column): rows are found by id within a span of time. `back` and
    `ahead` say how many partitions exist from the start; `ensure_partitions` adds more.
    """

    def __init__(
        self,
        name: str,
        fields: Any,
        options: Any = None,
        bases: Any = None,
        managers: Any = None,
        *,
        column: str,
        step: str = "month",
        back: int = 2,
        ahead: int = 3,
    ) -> None:
        super().__init__(name, fields, options, bases, managers)
        self.column, self.step, self.back, self.ahead = column, step, back, ahead

    def database_forwards(self, app_label: str, schema_editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        sql, params = schema_editor.table_sql(model)
        column = quoted(self.column)
        key = f", PRIMARY KEY (id, {column})) PARTITION BY RANGE ({column})"
        sql = sql.replace(" PRIMARY KEY", "", 1).rstrip().removesuffix(")") + key
        schema_editor.execute(sql, params or None)
        schema_editor.execute(
            f"COMMENT ON TABLE {quoted(model._meta.db_table)} IS 'cut by {self.step}'"
        )
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))
        schema_editor.execute(
            f"SELECT arm_ensure_partitions('{model._meta.db_table}', '{self.step}',"
            f" (current_date - interval '{self.back} {self.step}')::date,"
            f" {self.back + self.ahead + 1})"
        )


def ensure_partitions(table: str, step: str, first: date, number: int) -> int:
    """Make sure `number` partitions exist from `first` on; return how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT arm_ensure_partitions(%s::regclass, %s, %s, %s)", [table, step, first, number]
        )
        return int(cursor.fetchone()[0])


def drop_days_function(name: str, table: str) -> str:
    """Return the SQL of a function by which the application drops old days of one table.

    It is owned by the owner of the tables, and can drop days of this table that are over by at
    least two, nothing else; it returns how many it dropped.
    """
    return f"""
CREATE FUNCTION {name}(keep integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '2s'
AS $arm$
DECLARE
  day record;
  dropped integer := 0;
BEGIN
  IF keep IS NULL OR keep < 2 THEN
    RAISE EXCEPTION 'the last two days are always kept';
  END IF;
  FOR day IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'public.{table}'::regclass
       AND c.relname ~ '^{table}_[0-9]{{4}}_[0-9]{{2}}_[0-9]{{2}}$'
       AND to_date(right(c.relname, 10), 'YYYY_MM_DD') < current_date - keep
     ORDER BY c.relname
  LOOP
    EXECUTE format('DROP TABLE public.%I', day.relname);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $arm$;
REVOKE ALL ON FUNCTION {name}(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name}(integer) TO {APP_ROLE};
"""  # noqa: S608 - names of our own
