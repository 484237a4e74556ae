"""The way every action says what it did.

The log itself is kept by a higher app, which installs itself as the recorder; without a recorder
nothing may change, so recording then fails.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happened. `before` and `after` hold only changed, printable fields.

    `about_user_id` is the person it was about, where it was about one.
    """

    action: str
    resource_type: str
    resource_id: str
    resource_label: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    about_user_id: UUID | None = None


class Recorder(Protocol):
    def __call__(self, deed: Deed, /) -> None: ...


_recorder: Recorder | None = None


def install(recorder: Recorder) -> None:
    """Make this the recorder of all deeds."""
    global _recorder  # noqa: PLW0603 - one recorder a process, installed at start
    _recorder = recorder


def record(
    action: str,
    subject: Any = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append one audit event in the transaction of the change it describes.

    `subject` is the row the action was about. Secrets never belong in `before`, `after` or
    `details`.
    """
    if _recorder is None:
        raise RuntimeError("No audit recorder is installed; nothing may change unrecorded.")
    _recorder(
        Deed(
            action=action,
            resource_type=subject._meta.label_lower if subject is not None else "",
            resource_id=str(subject.pk) if subject is not None else "",
            resource_label=_label(subject)[:200],
            before=before or {},
            after=after or {},
            details=details or {},
            reason=reason,
            about_user_id=_person(subject),
        )
    )


def _label(subject: Any) -> str:
    """Return what the log calls a row: `label_in_log`, where its name is of somebody unknown.

    What the log says of people is kept under their keys, and who has no account has none.
    """
    if subject is None:
        return ""
    return str(getattr(subject, "label_in_log", subject))


def _person(subject: Any) -> UUID | None:
    """Return the person behind a row: a person themselves, a membership, somebody's key."""
    if subject is None:
        return None
    is_person = subject._meta.label_lower == "accounts.user"
    person: UUID | None = subject.pk if is_person else getattr(subject, "user_id", None)
    return person
