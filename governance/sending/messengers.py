"""Letters to chat and paging services, which Apprise speaks.

People give what the service shows them, a webhook's address or a key. It is taken apart here by
strict patterns and handed to Apprise in parts, never as an Apprise URL, whose options could turn
off certificate checks, follow redirects or read local files. So only the services' own hosts are
ever called.
"""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from armproject.lib.errors import InvalidInput
from governance.sending.letter import Address, ChannelKind, Letter, NotDelivered

_PATTERNS = {
    ChannelKind.SLACK: re.compile(
        r"https://hooks\.slack\.com/services/(?P<token_a>[A-Z0-9]{6,20})"
        r"/(?P<token_b>[A-Z0-9]{6,20})/(?P<token_c>[A-Za-z0-9]{12,40})",
        re.ASCII,
    ),
    ChannelKind.DISCORD: re.compile(
        r"https://discord\.com/api/webhooks/(?P<webhook_id>[0-9]{6,25})"
        r"/(?P<webhook_token>[A-Za-z0-9_-]{20,120})",
        re.ASCII,
    ),
    ChannelKind.TEAMS: re.compile(
        r"https://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)*"
        r"\.(?:logic\.azure\.com|environment\.api\.powerplatform\.com))(?::443)?"
        r"(?P<automate>/powerautomate/automations/direct(?:/cu/(?P<routing>[0-9]{1,6}))?)?"
        r"/workflows/(?P<workflow>[A-Za-z0-9_-]{8,80})/triggers/manual/paths/invoke"
        r"\?(?P<query>[A-Za-z0-9_.~%=&-]{1,600})",
        re.ASCII,
    ),
    ChannelKind.PAGERDUTY: re.compile(r"(?P<key>[A-Za-z0-9]{20,40})", re.ASCII),
    ChannelKind.OPSGENIE: re.compile(r"(?P<key>[A-Za-z0-9-]{20,50})", re.ASCII),
}
_HINTS = {
    ChannelKind.SLACK: "Paste the webhook's address: https://hooks.slack.com/services/T…/B…/…",
    ChannelKind.DISCORD: "Paste the webhook's address: https://discord.com/api/webhooks/…/…",
    ChannelKind.TEAMS: "Paste the workflow's address: https://….logic.azure.com/workflows/…",
    ChannelKind.PAGERDUTY: "Paste the integration key of an Events API v2 integration.",
    ChannelKind.OPSGENIE: "Paste the key of an API integration.",
}
_TYPES = {"critical": "failure", "warning": "warning", "info": "info"}
_OPSGENIE_PRIORITY = {"critical": "1", "warning": "3", "info": "5"}


def refuse_bad(address: Address) -> None:
    """Refuse what is not an address or key of the channel's service."""
    _parts(address)


def send(letter: Letter, address: Address) -> None:
    """Hand the letter to the service; Apprise tells only whether it was taken."""
    import apprise  # noqa: PLC0415 - half a second to import, needed by few processes

    asset = apprise.AppriseAsset(app_id="ARM", app_desc="ARM", app_url=letter.link)
    asset.http_redirects = False
    plugin = apprise.Apprise.instantiate(plugin_of(letter, address), asset=asset)
    kind = "success" if letter.is_good_news else _TYPES[letter.severity]
    taken = plugin is not None and plugin.notify(
        title=plain(letter.subject), body=plain(letter.text), notify_type=apprise.NotifyType(kind)
    )
    if not taken:
        service = ChannelKind(address.kind).label
        raise NotDelivered(f"{service} did not take the message; see whether its key still works.")


def plain(text: str) -> str:
    """Return the text without what a service would read as a mention or as a disguised link."""
    return text.replace("@", "@\u200b").replace("<", "\u2039").replace(">", "\u203a")


def plugin_of(letter: Letter, address: Address) -> dict[str, Any]:
    """Return what Apprise needs to know to send this letter there."""
    parts = _parts(address)
    match address.kind:
        case ChannelKind.TEAMS:
            return _teams(parts)
        case ChannelKind.PAGERDUTY:
            return {
                "schema": "pagerduty",
                "integrationkey": parts["key"],
                "apikey": parts["key"],
                "source": "ARM",
                "action": "map",
                "dedup": str(letter.thread),
                "click": letter.link,
            }
        case ChannelKind.OPSGENIE:
            return {
                "schema": "opsgenie",
                "apikey": parts["key"],
                "targets": [],
                "action": "new",
                "alias": f"{letter.thread}{'-resolved' if letter.is_good_news else ''}",
                "priority": _OPSGENIE_PRIORITY[letter.severity],
            }
    return {"schema": str(address.kind), **parts}


def _teams(parts: dict[str, Any]) -> dict[str, Any]:
    query = parse_qs(parts["query"])
    return {
        "schema": "workflows",
        "host": parts["host"],
        "port": 443,
        "workflow": parts["workflow"],
        "signature": query.get("sig", [""])[0],
        "version": query.get("api-version", [None])[0],
        "power_automate": bool(parts["automate"]),
        "routing_id": parts["routing"],
    }


def _parts(address: Address) -> dict[str, Any]:
    kind = ChannelKind(address.kind)
    target = address.target.reveal() if address.target else ""
    match = _PATTERNS[kind].fullmatch(target)
    if match is None or (kind == ChannelKind.TEAMS and "sig" not in _query(target)):
        raise InvalidInput(_HINTS[kind], fields={"target": [_HINTS[kind]]})
    return match.groupdict()


def _query(target: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(target).query)
