"""Reading a list to its end in the three ways vendors page, guarded against lists without one.

A page that fails raises: what was read before it is never passed off as the whole.
"""

from collections.abc import Callable, Iterator, Sequence

from connectors.base import ConnectorError
from connectors.fields import Row, as_rows, malformed, text

Params = Sequence[tuple[str, str]]
Fetch = Callable[[Params], Row]
Cursor = Callable[[Row, list[Row]], str]

MOST_PAGES = 1000


def by_last_item(fetch: Fetch, params: Params = ()) -> Iterator[Row]:
    """Read a list whose next page comes after the last entry, by its id or as the page names it."""

    def cursor(page: Row, entries: list[Row]) -> str:
        return (text(entries[-1], "id") if entries else "") or text(page, "last_id")

    return _read(fetch, params, "after", cursor)


def by_last_id(fetch: Fetch, params: Params = (), *, parameter: str = "after") -> Iterator[Row]:
    """Read a list whose next page comes after the `last_id` that the page names."""
    return _read(fetch, params, parameter, lambda page, _entries: text(page, "last_id"))


def by_token(fetch: Fetch, params: Params = ()) -> Iterator[Row]:
    """Read a list whose page names the token of the next one."""
    return _read(fetch, params, "page", lambda page, _entries: text(page, "next_page"))


def _read(fetch: Fetch, params: Params, parameter: str, cursor: Cursor) -> Iterator[Row]:
    seen: set[str] = set()
    at = ""
    for _ in range(MOST_PAGES):
        page = fetch([*params, (parameter, at)] if at else params)
        entries = as_rows(page.get("data"))
        yield from entries
        more = page.get("has_more")
        at = "" if more is False else cursor(page, entries)
        if more is False or (more is None and not at):
            return
        if not at:
            raise malformed("the list has more entries but does not say where")
        if at in seen:
            raise _endless(f"it came back to the page after {at!r}")
        seen.add(at)
    raise _endless(f"it has more than {MOST_PAGES} pages")


def _endless(why: str) -> ConnectorError:
    return ConnectorError(f"The vendor's list does not end: {why}.", fault="endless")
