"""See by which models memories are found."""

from accounts.fence import fenced
from accounts.permissions import require
from memory.models import Space


def read_embedding() -> list[Space]:
    """Return the models in use and those being filled, with how far they are."""
    require("memories.read")
    with fenced():
        return list(Space.objects.current())
