"""The demo world's cast: believable agents and workers, in good and in bad shape."""

from dataclasses import dataclass
from enum import StrEnum

from connectors.simulator.activity import Profile
from connectors.simulator.topics import FINANCE, LEGAL, OPERATIONS, PEOPLE, SALES, SUPPORT, Topic


class Condition(StrEnum):
    """In what shape a member of the cast is."""

    HEALTHY = "healthy"
    FAILING = "failing"
    DEGRADED = "degraded"
    IDLE = "idle"
    PAUSED = "paused"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Role:
    """What one agent is. `failures` is in permille, `cron` empty if nothing schedules it."""

    name: str
    model: str
    topic: Topic
    profile: Profile
    condition: Condition = Condition.HEALTHY
    failures: int = 12
    seconds: int = 9
    slot_hours: int = 2
    cron: str = ""


OPENAI_CAST = (
    Role("Support triage", "gpt-5.5", SUPPORT, Profile(34, 2600, 320, 420), slot_hours=1),
    Role("Invoice matching", "gpt-6.1-sol", FINANCE, Profile(18, 5200, 480), cron="0 * * * *"),
    Role("Contract review", "gpt-6-astra", LEGAL, Profile(4, 14800, 1900, 250, 100), seconds=38),
    Role("Sales research", "gpt-5.5", SALES, Profile(7, 6100, 900), seconds=21, slot_hours=4),
    Role(
        "Refund assistant",
        "gpt-6.1-sol",
        SUPPORT,
        Profile(22, 2100, 260, 350),
        Condition.FAILING,
        failures=430,
        seconds=31,
        slot_hours=1,
    ),
    Role(
        "Handbook answers",
        "gpt-5-mini",
        PEOPLE,
        Profile(26, 3300, 240, 500),
        Condition.DEGRADED,
        failures=60,
        seconds=14,
    ),
    Role(
        "Campaign copy",
        "gpt-6-luna",
        SALES,
        Profile(9, 1900, 700),
        Condition.IDLE,
        slot_hours=6,
    ),
    Role(
        "Night shift summary",
        "gpt-6-luna",
        OPERATIONS,
        Profile(5, 7400, 620),
        Condition.PAUSED,
        slot_hours=12,
        cron="30 5 * * *",
    ),
    Role("Warranty clerk", "gpt-4o", SUPPORT, Profile(8, 2800, 300), Condition.RETIRED),
)

ANTHROPIC_CAST = (
    Role("Claims intake", "claude-sonnet-5-5", SUPPORT, Profile(28, 3900, 420, 450, 80)),
    Role(
        "Contract comparison",
        "claude-opus-5-5",
        LEGAL,
        Profile(5, 16200, 2100, 300, 150),
        seconds=44,
        slot_hours=4,
        cron="0 */4 * * *",
    ),
    Role(
        "Ledger reconciliation",
        "claude-sonnet-5-5",
        FINANCE,
        Profile(11, 6400, 560, 250, 60),
        cron="15 */2 * * *",
    ),
    Role(
        "Incident scribe",
        "claude-haiku-4-5",
        OPERATIONS,
        Profile(15, 5100, 380, 300, 50),
        Condition.FAILING,
        failures=380,
        seconds=27,
        slot_hours=1,
        cron="5 * * * *",
    ),
    Role(
        "Onboarding guide",
        "claude-sonnet-4-5",
        PEOPLE,
        Profile(13, 3600, 310, 500, 60),
        Condition.DEGRADED,
        failures=50,
        seconds=16,
    ),
    Role(
        "Grant finder",
        "claude-haiku-5-5",
        SALES,
        Profile(6, 4700, 520),
        Condition.IDLE,
        slot_hours=6,
    ),
    Role(
        "Weekly board digest",
        "claude-opus-5-5",
        OPERATIONS,
        Profile(2, 21000, 2600, 200, 100),
        Condition.PAUSED,
        slot_hours=24,
        cron="0 6 * * 1-5",
    ),
    Role("Policy explainer", "claude-opus-4-1", PEOPLE, Profile(4, 3100, 350), Condition.RETIRED),
)

# Programs of the customer's own: they have a key and use tokens, but the vendor knows no agent.
OPENAI_CODE = (
    Role("nightly-report-writer", "gpt-6.1-sol", OPERATIONS, Profile(12, 3800, 700)),
    Role("catalogue-translation", "gpt-6-luna", SALES, Profile(60, 900, 880)),
    Role("lead-scoring", "gpt-5.5", SALES, Profile(6, 1500, 90)),
)
ANTHROPIC_CODE = (
    Role("code-review-bot", "claude-sonnet-5-5", OPERATIONS, Profile(16, 7200, 640, 350, 120)),
    Role("log-summariser", "claude-haiku-4-5", OPERATIONS, Profile(30, 4200, 210, 200)),
    Role("search-reranker", "claude-haiku-5-5", SALES, Profile(55, 1300, 40)),
)

_PLACES = ("Vienna", "Osaka", "Lagos", "Lima", "Oslo", "Pune", "Porto", "Quito", "Turin", "Riga")
_HEALTHY_EVERY = 7


def role_number(cast: tuple[Role, ...], index: int) -> Role:
    """Cast the index-th agent of a world of any size: the cast first, then branches of it."""
    role = cast[index % len(cast)]
    branch = index // len(cast)
    if not branch:
        return role
    healthy = index % _HEALTHY_EVERY != 0 or role.condition is Condition.RETIRED
    place = _PLACES[branch % len(_PLACES)]
    return Role(
        f"{role.name} {place} {branch}",
        cast[0].model if healthy else role.model,
        role.topic,
        role.profile,
        Condition.HEALTHY if healthy else role.condition,
        12 if healthy else role.failures,
        role.seconds,
        role.slot_hours,
        role.cron,
    )
