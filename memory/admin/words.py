"""How the Studio says what memories are."""

from memory.models import Kind, MemoryState

KIND_COLOURS = {
    Kind.FACT.label: "info",
    Kind.PREFERENCE.label: "success",
    Kind.INSTRUCTION.label: "warning",
    Kind.CONVERSATION.label: "primary",
}
STATE_COLOURS = {
    MemoryState.LIVE.label: "success",
    MemoryState.WITHHELD.label: "warning",
    MemoryState.FORGOTTEN.label: "danger",
}
SHORT = 140


def shortened(text: str) -> str:
    """Return the beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= SHORT else f"{line[: SHORT - 1]}…"
