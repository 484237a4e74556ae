"""Whose a memory can be."""

from dataclasses import dataclass

ORGANIZATION_TYPE = "organization"


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """The owner of memories: a type (user, organization, app, agent, run) and a name in it.

    The name is "" for the organization, and only for it.
    """

    type: str
    id: str = ""

    def __str__(self) -> str:
        return f"{self.type}:{self.id}" if self.id else self.type


ORGANIZATION = Owner(ORGANIZATION_TYPE)


def owners_of_run(
    *, run_id: str = "", agent_id: str = "", user: str = "", app: str = ""
) -> frozenset[Owner]:
    """Return every owner whose memories belong to a run: what is not known is left out."""
    told = (("run", run_id), ("agent", agent_id), ("user", user), ("app", app))
    return frozenset(Owner(kind, name) for kind, name in told if name) | {ORGANIZATION}
