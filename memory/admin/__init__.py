"""The Studio's pages about memory."""

from memory.admin.memory import MemoryAdmin

__all__ = ["MemoryAdmin"]
