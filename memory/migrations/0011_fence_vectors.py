"""Vectors behind the fence, and the functions by which an organization seals its own."""

from typing import Any

from django.db import migrations

from armproject.lib.isolation import APP_ROLE, Isolate

# Vectors stay in their row, whatever their size: looking at a thousand must not fetch each apart.
IN_PLACE = "ALTER TABLE memory_vector ALTER COLUMN embedding SET STORAGE PLAIN"
IN_PLACE_0 = "ALTER TABLE memory_vector_0 ALTER COLUMN embedding SET STORAGE PLAIN"

# Run as the owner of the tables, whom row-level security binds: it reads and moves vectors of the
# calling organization alone. The index is built over a table nobody else sees; only then is it
# swapped in. What was erased meanwhile is not brought back: nobody erases during the swap (the
# lock), and of what was copied only stays what could be taken from its old place.
SEAL = """
CREATE SEQUENCE memory_shelf AS integer;
CREATE FUNCTION arm_seal_vectors(space uuid, merged integer[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
SET maintenance_work_mem = '256MB' AS $arm$
DECLARE
  own uuid := arm_current_organization();
  size integer;
  number integer;
  name text;
BEGIN
  SELECT dimension INTO size FROM memory_space WHERE id = space AND organization_id = own;
  IF size IS NULL THEN
    RAISE EXCEPTION 'there is no such space';
  END IF;
  number := nextval('memory_shelf');
  name := 'memory_vector_' || number;
  merged := merged || 0;
  EXECUTE format('CREATE TABLE public.%I (LIKE public.memory_vector INCLUDING DEFAULTS'
                 ' INCLUDING STORAGE INCLUDING CONSTRAINTS)', name);
  EXECUTE format('INSERT INTO public.%I (id, organization_id, created_at, shelf, space_id,'
                 ' memory_id, part, mark, embedding) SELECT id, organization_id, created_at, %s,'
                 ' space_id, memory_id, part, mark, embedding FROM public.memory_vector'
                 ' WHERE organization_id = $1 AND space_id = $2 AND shelf = ANY ($3)', name, number)
    USING own, space, merged;
  EXECUTE format('ALTER TABLE public.%I ADD PRIMARY KEY (id, shelf), ADD CONSTRAINT %I'
                 ' CHECK (shelf = %s)', name, name || '_shelf', number);
  EXECUTE format('CREATE INDEX ON public.%I (organization_id, space_id, memory_id)', name);
  EXECUTE format('CREATE INDEX ON public.%I USING hnsw ((embedding::halfvec(%s)) halfvec_ip_ops)'
                 ' WITH (m = 16, ef_construction = 100)', name, size);
  PERFORM pg_advisory_xact_lock(hashtextextended('memory shelves ' || own, 0));
  EXECUTE format('ALTER TABLE public.memory_vector ATTACH PARTITION public.%I FOR VALUES IN (%s)',
                 name, number);
  EXECUTE format('WITH moved AS (DELETE FROM public.memory_vector v USING public.%I n'
                 ' WHERE v.organization_id = $1 AND v.space_id = $2 AND v.shelf = ANY ($3)'
                 ' AND v.memory_id = n.memory_id AND v.id = n.id RETURNING v.id)'
                 ' DELETE FROM public.%I n WHERE NOT EXISTS'
                 ' (SELECT 1 FROM moved WHERE moved.id = n.id)', name, name)
    USING own, space, merged;
  EXECUTE format('ANALYZE public.%I', name);
  RETURN number;
END $arm$;
REVOKE ALL ON FUNCTION arm_seal_vectors(uuid, integer[]) FROM PUBLIC;
"""
SEAL += f"GRANT EXECUTE ON FUNCTION arm_seal_vectors(uuid, integer[]) TO {APP_ROLE};"

# A shelf in which nothing is left tells nothing and belongs to nobody, so anybody may drop it.
DROP = f"""
CREATE FUNCTION arm_drop_shelf(number integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET lock_timeout = '1s'
AS $arm$
DECLARE
  name text := 'memory_vector_' || number;
  is_used boolean;
BEGIN
  IF number < 1 OR to_regclass('public.' || name) IS NULL THEN
    RETURN false;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO is_used;
  IF is_used THEN
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE public.%I', name);
  RETURN true;
END $arm$;
REVOKE ALL ON FUNCTION arm_drop_shelf(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arm_drop_shelf(integer) TO {APP_ROLE};
"""


def _run(*statements: str) -> Any:
    return [migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in statements]


class Migration(migrations.Migration):
    dependencies = [("memory", "0010_vectors")]

    operations = [
        Isolate("EmbeddingSetting", linked=False),
        Isolate("Space", linked=False),
        Isolate("Term", linked=False),
        Isolate("CachedVector", linked=False),
        Isolate("Vector", linked=False),
        *_run(IN_PLACE, IN_PLACE_0, SEAL, DROP),
    ]
