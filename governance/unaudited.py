"""What is deliberately not in the audit log, and why: the one list, shown to whoever asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unaudited:
    """Something that leaves no audit event. `ways` are the ways in that it excuses, as tested."""

    what: str
    why: str
    ways: tuple[str, ...] = ()


def both(*gates: str) -> tuple[str, ...]:
    """Return the ways to these calls of signing in, which stand under two roots."""
    return tuple(f"POST {root}/auth/{gate}" for root in ("api", "api/v1") for gate in gates)


UNAUDITED = (
    Unaudited(
        "Reading pages, lists and reports",
        "Looking changes nothing, trying a rule or a pattern out neither. Taking data out (exports)"
        " and reading what was said are recorded before the data is sent.",
        ("POST api/v1/^alert-rules/preview$", "POST api/v1/^redaction-patterns/preview$"),
    ),
    Unaudited(
        "Sealing and anchoring the audit log",
        "Each seal is a signed record of itself; an event about it would need a seal of its own.",
    ),
    Unaudited(
        "Work that the clock asks for",
        "Each turn is a job that can be read under Jobs; what the work changes is recorded.",
    ),
    Unaudited(
        "Heartbeats that agents send",
        "They arrive by the thousand and are kept as facts about the agent; what they change"
        " about it is in its history.",
        ("POST api/v1/^agents/(?P<pk>[^/.]+)/heartbeat$",),
    ),
    Unaudited(
        "Telemetry that agents send",
        "Runs and their steps arrive by the thousand and are records by themselves; which agents"
        " they are found to be is in those agents' history.",
        ("POST api/v1/telemetry/events",),
    ),
    Unaudited(
        "Feedback on what agents did",
        "It changes nothing but adds a row, which says who gave it.",
        ("POST api/v1/^feedback$", "telemetry.Run feedback_view"),
    ),
    Unaudited(
        "Asking for work that runs later",
        "The request is a job that shows who asked. What the job does (pauses, resumes, tests,"
        " discoveries) is recorded when it is done, under the same name; a health check is its own"
        " record.",
        (
            "POST api/v1/^agents/discover$",
            "POST api/v1/telemetry/sums",
            "agents.Agent discover_page",
            "agents.Agent check_now",
            "agents.Agent pause",
            "agents.Agent resume",
            "connectors.Connection test_again",
        ),
    ),
    Unaudited(
        "Moving between organizations",
        "It chooses what a session shows and changes no right.",
        both("switch"),
    ),
    Unaudited(
        "Coming, going and proving who one is",
        "Each attempt is a row under Sign-ins, with where it came from and what came of it. What"
        " changes an account (its password, its second factor) is recorded.",
        both("login", "login/mfa", "logout", "confirm", "mfa/setup"),
    ),
    Unaudited(
        "Asking for an account or a new password",
        "Whether there is such an account must not show anywhere; the letter that is sent is kept,"
        " and using it is recorded where the person belongs to an organization.",
        both("register", "register/confirm", "password/reset"),
    ),
)
