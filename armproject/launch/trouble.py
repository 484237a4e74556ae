"""What went wrong at the start, as one sentence for who started it."""


class Trouble(Exception):
    """ARM cannot start; the message says why and what to do. `lines` is what a program wrote."""

    def __init__(self, message: str, lines: list[str] | None = None) -> None:
        super().__init__(message)
        self.lines = lines or []
