"""Files of memories, for tests: exported, read, and imported until the work is done."""

import json
from typing import Any

from memory.actions.carry_out_import import carry_out_import
from memory.actions.examine_import import examine_import
from memory.actions.export_memories import Selection, export_memories
from memory.actions.import_memories import import_memories
from memory.models import MemoryImport
from tests.cast import House


def exported(house: House, kind: str = "arm", **told: Any) -> Any:
    """Return a file of the house's memories, parsed."""
    with house.inside():
        response = export_memories(Selection(**told), format=kind)
        return json.loads(b"".join(response))  # type: ignore[arg-type]


def imported(house: House, document: Any, **told: Any) -> MemoryImport:
    """Have the house import a file, to its end."""
    with house.inside():
        row = import_memories(examine_import(document, **told))
        carry_out_import(row.pk)
        row.refresh_from_db()
    return row
