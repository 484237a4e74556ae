"""What news there is to subscribe to; higher apps add theirs when they load."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of news: `name` is noun.happened, `label` says for people what happened."""

    name: str
    label: str


TOPICS: dict[str, Topic] = {}


def add_topic(name: str, label: str) -> None:
    """Let people subscribe to this kind of news."""
    TOPICS[name] = Topic(name, label)
