"""What is left of memories that were erased: nothing, or else the erasure failed."""

from collections.abc import Collection
from uuid import UUID

from memory.models import Memory, Term, Vector


def remains_of(ids: Collection[UUID]) -> dict[str, int]:
    """Count the rows of every table that still belong to these memories, by the table's name.

    All links to memories are asked for, so a table that is added later is looked at, too.
    """
    counts = {Memory._meta.db_table: Memory.objects.filter(pk__in=ids).count()}
    for link in Memory._meta.related_objects:
        model, column = link.related_model, link.field.name
        rows = model._default_manager.filter(**{f"{column}__in": list(ids)})
        table = model._meta.db_table
        counts[table] = counts.get(table, 0) + rows.count()
    # What memories are found by belongs to them without a link that the database knows.
    for model in (Vector, Term):
        counts[model._meta.db_table] = model.objects.filter(memory_id__in=list(ids)).count()
    return {table: number for table, number in counts.items() if number}
