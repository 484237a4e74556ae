"""What the agents of the demo world talk about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question, what the tool was asked and said, and the answer."""

    question: str
    arguments: dict[str, str]
    result: str
    answer: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A field of work: its instructions, its tool and typical exchanges."""

    instructions: str
    tool: str
    tool_purpose: str
    exchanges: tuple[Exchange, ...]


SUPPORT = Topic(
    "You triage incoming support tickets. Ask for what is missing, answer what the handbook "
    "answers, and hand over to a person when money or safety is involved.",
    "lookup_order",
    "Finds an order by its number.",
    (
        Exchange(
            "My order 58213 has not arrived. Where is it?",
            {"order": "58213"},
            "shipped 2 days ago, carrier reports a delay at the hub",
            "Your parcel is delayed at the carrier's hub and should arrive within two days.",
        ),
        Exchange(
            "I was charged twice for my subscription.",
            {"order": "58377"},
            "two payments of 29.00, second one pending",
            "The second payment is only a pending authorisation and will fall away in 3 days.",
        ),
        Exchange(
            "Can I still change the delivery address?",
            {"order": "58402"},
            "not packed yet",
            "Yes. The order is not packed yet, so I have opened the address for editing.",
        ),
    ),
)
FINANCE = Topic(
    "You match supplier invoices with purchase orders. Report every difference with both "
    "amounts. Never approve a payment yourself.",
    "find_purchase_order",
    "Finds a purchase order by its number.",
    (
        Exchange(
            "Match invoice INV-20417 against PO-7731.",
            {"number": "PO-7731"},
            "12 items, total 4,180.00 EUR",
            "Quantities match. The invoice is 41.80 EUR higher: freight was not on the order.",
        ),
        Exchange(
            "Which invoices of last week have no purchase order?",
            {"number": "week-46"},
            "INV-20398, INV-20402",
            "Two invoices have no order: INV-20398 (catering) and INV-20402 (courier).",
        ),
    ),
)
LEGAL = Topic(
    "You review contracts against the playbook. Quote the clause, name the deviation, suggest "
    "the standard wording. You do not give legal advice.",
    "search_playbook",
    "Searches the contract playbook.",
    (
        Exchange(
            "Review clause 9 of the reseller agreement.",
            {"query": "limitation of liability"},
            "cap at 12 months of fees; no cap for confidentiality",
            "Clause 9 caps liability at 24 months of fees. The playbook allows 12.",
        ),
        Exchange(
            "Does the agreement renew by itself?",
            {"query": "automatic renewal"},
            "renewal needs written notice",
            "Yes, for 24 months. The playbook wants written notice: suggest deleting 14.2.",
        ),
    ),
)
SALES = Topic(
    "You research companies before sales calls and write a one-page brief with sources.",
    "search_accounts",
    "Searches the customer database.",
    (
        Exchange(
            "Prepare a brief for tomorrow's call with a logistics company of 400 people.",
            {"query": "logistics 250-500 employees"},
            "3 similar customers, average deal 38 kUSD",
            "Three similar customers bought for route planning; lead with the time saved.",
        ),
        Exchange(
            "Who left the trial last week?",
            {"query": "trial ended"},
            "5 accounts",
            "Five accounts left the trial; two named missing single sign-on as the reason.",
        ),
    ),
)
PEOPLE = Topic(
    "You answer employees' questions from the handbook and cite the page. Personal cases go to "
    "the people team.",
    "search_handbook",
    "Searches the employee handbook.",
    (
        Exchange(
            "How many days of leave can I carry over?",
            {"query": "carry over leave"},
            "page 31: five days until 31 March",
            "Five days, to be taken by 31 March (handbook, page 31).",
        ),
        Exchange(
            "May I work from another country for a month?",
            {"query": "remote work abroad"},
            "page 44: up to 20 working days a year within the region",
            "Up to 20 working days a year within the region, after approval (page 44).",
        ),
    ),
)
OPERATIONS = Topic(
    "You watch operations. Summarise incidents in plain words, name the cause if it is known "
    "and the next step.",
    "read_log",
    "Reads the log of one service.",
    (
        Exchange(
            "Summarise tonight's alerts.",
            {"service": "checkout"},
            "7 alerts, 6 from one database failover at 02:14",
            "Six of seven alerts came from the failover at 02:14; the last is a full disk.",
        ),
        Exchange(
            "Why did the import stop?",
            {"service": "import"},
            "row 18,204: date in the future",
            "Row 18,204 has a date in the future. Correct it and start the import again.",
        ),
    ),
)
