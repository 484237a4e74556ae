"""The models both vendors offer, and when they stop offering them."""

from dataclasses import dataclass

from connectors.simulator.activity import DAY, WEEK
from connectors.simulator.workers import STOPPED_AFTER
from connectors.simulator.world import World

_SOON = 2 * WEEK
_ANNOUNCED_BEFORE = 60 * DAY


@dataclass(frozen=True, slots=True)
class Model:
    """A model on offer. `retires_at` may lie behind us."""

    id: str
    name: str
    line: str | None = None
    retires_at: int | None = None
    deprecated_at: int | None = None


def openai_models(world: World) -> list[Model]:
    """List what the project may use. `gpt-4o` is shut down and not even listed."""
    return [
        Model("gpt-6-astra", "GPT-6 Astra"),
        Model("gpt-6.1-sol", "GPT-6.1 Sol"),
        Model("gpt-6-luna", "GPT-6 Luna"),
        Model("gpt-5.5", "GPT-5.5"),
        Model("gpt-5-mini", "GPT-5 mini", retires_at=_soon(world)),
    ]


def anthropic_models(world: World) -> list[Model]:
    gone = world.epoch + STOPPED_AFTER
    return [
        Model("claude-opus-5-5", "Claude Opus 5.5", "opus"),
        Model("claude-sonnet-5-5", "Claude Sonnet 5.5", "sonnet"),
        Model("claude-haiku-5-5", "Claude Haiku 5.5", "haiku"),
        Model("claude-haiku-4-5", "Claude Haiku 4.5", "haiku"),
        Model(
            "claude-sonnet-4-5",
            "Claude Sonnet 4.5",
            "sonnet",
            retires_at=_soon(world),
            deprecated_at=_soon(world) - _ANNOUNCED_BEFORE,
        ),
        Model(
            "claude-opus-4-1",
            "Claude Opus 4.1",
            "opus",
            retires_at=gone,
            deprecated_at=gone - _ANNOUNCED_BEFORE,
        ),
    ]


def _soon(world: World) -> int:
    """Two to three weeks ahead, the same date all week."""
    return world.monday + WEEK + _SOON
