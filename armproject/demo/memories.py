"""What the demo's agents know of their customers, and what the company told all of them."""

from collections.abc import Iterator

from memory.entries import Draft
from memory.models import Horizon, Kind, OwnerType, SourceType, Store, Visibility
from memory.owners import Owner

# What agents noted of a customer: the kind, and what it says.
NOTED = (
    (
        "customer-07",
        (
            (Kind.PREFERENCE, "Wants to be written to, never called, and answers in the evening."),
            (Kind.FACT, "Ordered the oak table 4711; one leg arrived scratched and was replaced."),
            (Kind.FACT, "Moved from Porto to Lisbon in March; the invoice address is still Porto."),
        ),
    ),
    (
        "customer-12",
        (
            (Kind.PREFERENCE, "Prefers store credit to a refund."),
            (Kind.FACT, "Has two cats and asks each time whether a fabric stands their claws."),
        ),
    ),
    (
        "customer-31",
        (
            (Kind.PREFERENCE, "Asks for invoices as PDF with the order number in the subject."),
            (Kind.FACT, "Buys for a café in Hamburg and needs delivery before eight."),
        ),
    ),
)
PROFILES = {"customer-07": "Lisbon", "customer-12": "Ghent", "customer-31": "Hamburg"}
EPISODE = (
    "Asked twice where order 4711 was. The carrier had lost it; a replacement was promised for the"
    " 20th and sent on the 18th."
)
TOLD = (
    ("Refund limit", "Refunds above 200 EUR are decided by the team lead of customer operations."),
    ("Holiday hours", "Between 24 December and 2 January nobody delivers."),
)


def drafts() -> Iterator[Draft]:
    """Yield all of it, to be remembered."""
    for customer, noted in NOTED:
        owner = Owner(OwnerType.USER, customer)
        for kind, content in noted:
            yield Draft(
                content,
                owner,
                kind=kind,
                source_type=SourceType.INTERACTION,
                confidence=0.8,
                metadata={"topic": "customer"},
            )
        yield Draft(
            PROFILES[customer], owner, store=Store.CORE, key="city", horizon=Horizon.PROFILE
        )
    episode = Owner(OwnerType.USER, "customer-07")
    yield Draft(EPISODE, episode, store=Store.EPISODIC, kind=Kind.CONVERSATION)
    for label, content in TOLD:
        yield Draft(
            content,
            label=label,
            kind=Kind.FACT,
            visibility=Visibility.ORGANIZATION,
            is_trusted=True,
        )
