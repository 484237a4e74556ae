"""What the Studio calls the verbs, and how it shows what a connection can do."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.base import Verb

VERBS: dict[str, tuple[str, str]] = {
    Verb.TEST: ("Test the keys", "network_check"),
    Verb.DISCOVER: ("Find agents", "travel_explore"),
    Verb.HEALTH: ("Check health", "monitor_heart"),
    Verb.USAGE: ("Read usage", "data_usage"),
    Verb.COSTS: ("Read costs", "payments"),
    Verb.INTERACTIONS: ("Read conversations", "forum"),
    Verb.PAUSE: ("Pause agents", "pause_circle"),
    Verb.RESUME: ("Resume agents", "play_circle"),
    Verb.INJECT: ("Write into agents", "edit_note"),
    Verb.INVOKE: ("Start agents", "play_circle"),
}
SUPPORT = {
    "native": ("Yes", "check_circle"),
    "partial": ("In part", "contrast"),
    "none": ("No", "do_not_disturb_on"),
}
STATUS_COLOURS = {
    "Healthy": "success",
    "Needs attention": "warning",
    "Not tested yet": "info",
    "Disconnected": "default",
}
STATE_COLOURS = {
    "Complete": "success",
    "In part": "warning",
    "Failed": "danger",
    "Running": "info",
}


def verb_chips(verbs: Iterable[str]) -> list[dict[str, str]]:
    """Return verbs with their words and icons; testing is not worth a word."""
    return [
        {"verb": verb, "label": VERBS[verb][0], "icon": VERBS[verb][1]}
        for verb in verbs
        if verb in VERBS and verb != Verb.TEST
    ]


def capability_rows(capabilities: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return capabilities as the page's table shows them."""
    rows = []
    for each in capabilities:
        label, icon = VERBS.get(each["verb"], (each["verb"], "help"))
        word, sign = SUPPORT[each["support"]]
        rows.append(
            {
                "label": label,
                "icon": icon,
                "support": each["support"],
                "word": word,
                "sign": sign,
                "credential": each["credential"] or "",
                "reason": each["reason"],
            }
        )
    return rows


def found_words(found: Mapping[str, Any]) -> str:
    """Return what a reading found, as "3 new, 1 changed"; zeros are left out."""
    return ", ".join(f"{count} {name}" for name, count in found.items() if count) or "nothing new"
