"""What people enter about a connection, checked before anybody is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from armproject.lib.errors import InvalidInput
from armproject.lib.http import Client, Reach, RequestFailed
from armproject.lib.secret import Secret
from connectors.base import CredentialKind
from connectors.models.connection import REPORTING
from connectors.registry import kinds, load

FIELDS = {CredentialKind.ADMIN: "admin_key", CredentialKind.RUNTIME: "runtime_key"}
LONGEST_NAME = 100
LONGEST_URL = 300
LONGEST_KEY = 500
PROBE_SECONDS = 5.0

_KEY = re.compile(r"[!-~]+")
_OPTION = re.compile(r"[A-Za-z0-9_.:-]{0,100}")
NOT_A_URL = "This is not a URL. Enter an address such as https://api.example.com/v1."
NO_USER = "Leave user and password out of the address; keys have fields of their own."
ONLY_HTTPS = (
    "ARM calls https addresses; http only on hosts that your organization's settings allow."
)

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Option:
    """Something a vendor lets one choose, all of them optional."""

    name: str
    label: str
    help: str


OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "openai": (
        Option("organization", "Organization ID", "org-…, where your keys reach several."),
        Option("project", "Project ID", "proj_…, where your runtime key reaches several."),
    ),
    "anthropic": (
        Option("workspace_id", "Workspace ID", "wrkspc_…, where your key reaches several."),
    ),
}


def refused(field: str, message: str) -> InvalidInput:
    """Return the error that stands beside this field."""
    return InvalidInput(message, fields={field: [message]})


def clean_vendor(vendor: str) -> str:
    if vendor not in kinds():
        raise refused("vendor", f"Choose one of {', '.join(kinds())}.")
    return vendor


def clean_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise refused("name", f"Enter a name of at most {LONGEST_NAME} characters.")
    return name


def clean_key(field: str, key: Secret | None) -> Secret | None:
    """Return the key without blanks around it, None if nothing is left."""
    text = key.reveal().strip() if key else ""
    if not text:
        return None
    if len(text) > LONGEST_KEY or not _KEY.fullmatch(text):
        raise refused(field, "This is no key: it is too long, or holds blanks or odd characters.")
    return Secret(text)


def clean_keys(
    vendor: str, admin_key: Secret | None, runtime_key: Secret | None
) -> dict[CredentialKind, Secret]:
    """Return the keys that were entered; ARM makes the secret of vendors that report."""
    entered = {CredentialKind.ADMIN: admin_key, CredentialKind.RUNTIME: runtime_key}
    known = () if vendor in REPORTING else load(vendor).credential_hints
    keys: dict[CredentialKind, Secret] = {}
    for kind, key in entered.items():
        if cleaned := clean_key(FIELDS[kind], key):
            if kind not in known:
                raise refused(FIELDS[kind], f"{load(vendor).label} take no {kind} key from you.")
            keys[kind] = cleaned
    return keys


def clean_options(vendor: str, options: Mapping[str, object]) -> dict[str, str]:
    """Return the options that were chosen; an empty one is not."""
    known = [option.name for option in OPTIONS.get(vendor, ())]
    chosen: dict[str, str] = {}
    for name, value in options.items():
        if name not in known:
            allowed = f"only {', '.join(known)}" if known else "none"
            raise refused("options", f"{load(vendor).label} knows no such option, {allowed}.")
        if not isinstance(value, str) or not _OPTION.fullmatch(value.strip()):
            raise refused(f"options.{name}", "This is no id: letters, digits and _ . : - only.")
        chosen[name] = value.strip()
    return {name: value for name, value in chosen.items() if value}


def clean_base_url(vendor: str, base_url: str) -> str:
    """Return the address to call, the vendor's own where none was entered."""
    base_url = base_url.strip().rstrip("/")
    if vendor in REPORTING:
        if base_url:
            raise refused("base_url", "Leave this empty: these agents report to ARM by themselves.")
        return ""
    if len(base_url) > LONGEST_URL:
        raise refused("base_url", f"Enter an address of at most {LONGEST_URL} characters.")
    if base_url:
        _refuse_no_url(base_url)
    return base_url or load(vendor).default_base_url


def _refuse_no_url(base_url: str) -> None:
    """Say what is wrong with the text alone; it tells nothing of any network."""
    try:
        parts = urlsplit(base_url)
        has_host = bool(parts.hostname)
    except ValueError:
        raise refused("base_url", NOT_A_URL) from None
    is_called = parts.scheme in _PORTS
    is_text = base_url.isprintable() and " " not in base_url
    if "://" not in base_url or not is_text or (is_called and not has_host):
        raise refused("base_url", NOT_A_URL)
    if not is_called:
        raise refused("base_url", f"ARM calls https addresses, not {parts.scheme[:20]}.")
    if "@" in parts.netloc:
        raise refused("base_url", NO_USER)


def refuse_unreachable(base_url: str, reach: Reach) -> None:
    """Ask the host, without any key, whether it is there at all and may be called.

    A host that only takes its time is there.
    """
    scheme, host, port = origin_of(base_url)
    if scheme == "http" and not (port and reach.opens(host, port)):
        raise refused("base_url", ONLY_HTTPS)
    try:
        with Client(
            base_url, headers={}, reach=reach, deadline=PROBE_SECONDS, attempts=2
        ) as client:
            client.get("")
    except RequestFailed as failure:
        if failure.fault in {"forbidden_host", "unavailable"}:
            raise refused("base_url", failure.message) from None


def origin_of(base_url: str) -> tuple[str, str, int | None]:
    """Return what a stored credential is bound to: scheme, host and port."""
    try:
        parts = urlsplit(base_url)
        scheme = parts.scheme.lower()
        return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme)
    except ValueError:
        raise refused("base_url", NOT_A_URL) from None
