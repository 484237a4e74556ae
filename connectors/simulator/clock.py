"""Times as the vendors write and read them."""

from datetime import UTC, datetime

from connectors.simulator.calls import BAD_REQUEST, Call, Refused


def rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def maybe(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def read_time(call: Call, name: str) -> int | None:
    """Read a time-zone aware RFC 3339 parameter as seconds since 1970."""
    text = call.one(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(BAD_REQUEST, f"{name}: must be an RFC 3339 time with a time zone", param=name)
    return int(found.timestamp())


def within(call: Call, at: int, name: str = "created_at") -> bool:
    """Whether a time passes the `name[gt|gte|lt|lte]` filters of the call."""
    bounds = {part: read_time(call, f"{name}[{part}]") for part in ("gt", "gte", "lt", "lte")}
    return not (
        (bounds["gt"] is not None and at <= bounds["gt"])
        or (bounds["gte"] is not None and at < bounds["gte"])
        or (bounds["lt"] is not None and at >= bounds["lt"])
        or (bounds["lte"] is not None and at > bounds["lte"])
    )
