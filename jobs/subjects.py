"""What jobs are about, in words for people: higher apps say how the ids in arguments are read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.permissions import has_permission
from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Subject:
    """What a job is about: `page` names the Studio's page of the row with this id."""

    label: str
    page: str = ""
    id: str = ""


# Given ids of rows, returns the label of each that there is.
Labels = Callable[[Sequence[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """How the ids in one argument are read: by whom, from where, and where their page is."""

    labels: Labels
    permission: str
    page: str


READERS: dict[str, Reader] = {}


def subjects(argument: str, *, permission: str, page: str) -> Callable[[Labels], Labels]:
    """Register the decorated function for jobs whose arguments have one or more ids there."""

    def register(labels: Labels) -> Labels:
        READERS[argument] = Reader(labels, permission, page)
        return labels

    return register


def tell_subjects(jobs: Iterable[Job]) -> None:
    """Set `subject` of each job, None where it is about nothing by itself; one query a noun."""
    jobs = list(jobs)
    asked: dict[str, set[UUID]] = defaultdict(set)
    for job in jobs:
        for argument in READERS.keys() & job.args.keys():
            asked[argument].update(_ids(job.args[argument]))
    known = {argument: _read(READERS[argument], ids) for argument, ids in asked.items()}
    for job in jobs:
        vars(job)["subject"] = _subject(job, known)


def _read(reader: Reader, ids: set[UUID]) -> Mapping[UUID, str]:
    return reader.labels(sorted(ids)) if has_permission(reader.permission) else {}


def _subject(job: Job, known: Mapping[str, Mapping[UUID, str]]) -> Subject | None:
    for argument in sorted(known.keys() & job.args.keys()):
        there = [(id_, known[argument].get(id_, "")) for id_ in _ids(job.args[argument])]
        named = [(id_, label) for id_, label in there if label]
        if not named:
            continue
        (id_, label), others = named[0], len(there) - 1
        if others:
            return Subject(f"{label} and {others} more")
        return Subject(label, READERS[argument].page, str(id_))
    return None


def _ids(value: Any) -> list[UUID]:
    """Return the ids in an argument; what is none is left out."""
    values = value if isinstance(value, list) else [value]
    ids = []
    for each in values:
        try:
            ids.append(UUID(str(each)))
        except ValueError:
            continue
    return ids
