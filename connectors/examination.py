"""What testing a connection shows: of each credential, and of each verb.

A verb is offered only through a credential that the vendor accepted for it. One rule says what is
kept: a credential that the vendor accepted, even if it may not do everything, and one that could
not be judged because the vendor is away, slow or wants to be paid. All else is a refusal: a person
has to correct it before anything is saved.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from armproject.lib.errors import InvalidInput
from connectors.base import (
    Capability,
    ConnectorError,
    CredentialKind,
    CredentialReport,
    Support,
    Target,
)
from connectors.entries import FIELDS, refuse_unreachable, refused
from connectors.registry import load

# These speak of the address, all other refusals of the key.
WRONG_HOST = frozenset({"forbidden_host", "malformed", "not_found"})
# Nobody has to act on these; they pass.
PASSING = frozenset({"rate_limited", "overloaded", "unavailable", "timeout"})
# They leave open whether the credential is right.
UNJUDGED = PASSING | {"billing"}


@dataclass(frozen=True, slots=True)
class Examination:
    """The reports on every credential of a connection, and what it can do with them."""

    reports: tuple[CredentialReport, ...]
    capabilities: tuple[Capability, ...]

    def problems(self) -> dict[str, list[str]]:
        """Return what must be corrected, by the field it was entered in."""
        problems: dict[str, list[str]] = {}
        for report in self.reports:
            if report.fault in WRONG_HOST:
                problems["base_url"] = [report.message]
            elif _is_refused(report):
                problems.setdefault(FIELDS[report.credential], []).append(report.message)
        return problems

    def lasting_fault(self) -> str:
        """Return the first fault that only a person can mend."""
        faults = (report.fault for report in self.reports)
        return next((fault for fault in faults if fault and fault not in PASSING), "")

    def as_json(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return both parts as they are kept in the row."""
        return [asdict(each) for each in self.reports], [asdict(each) for each in self.capabilities]


def examine(vendor: str, target: Target) -> Examination:
    """Test every credential of this target alone; waits for the vendor."""
    with load(vendor)(target) as connector:
        try:
            reports = connector.test()
        except ConnectorError as error:
            reports = tuple(_broken(kind, error) for kind in target.credentials)
    return Examination(reports, _offered(vendor, target, reports))


def try_target(vendor: str, target: Target) -> Examination:
    """Test a target outside any transaction; refuse it where a person has to correct something."""
    if target.base_url:
        refuse_unreachable(target.base_url, target.reach)
    examination = examine(vendor, target)
    if problems := examination.problems():
        first = next(iter(problems.values()))[0]
        raise InvalidInput(first, fields=problems)
    return examination


def try_key(kind: CredentialKind, vendor: str, target: Target) -> Examination:
    """Test a target in which this key is new; refuse the key where the vendor does."""
    examination = examine(vendor, target)
    for report in examination.reports:
        if report.credential is kind and _is_refused(report):
            raise refused("key", report.message)
    return examination


def _is_refused(report: CredentialReport) -> bool:
    return bool(report.fault) and report.fault not in UNJUDGED


def _broken(kind: CredentialKind, error: ConnectorError) -> CredentialReport:
    return CredentialReport(kind, ok=False, message=error.message, fault=error.fault)


def _offered(
    vendor: str, target: Target, reports: tuple[CredentialReport, ...]
) -> tuple[Capability, ...]:
    """Choose for each verb the best offer whose credential was accepted for it."""
    make = load(vendor)
    by_kind = {report.credential: report for report in reports}
    best = make(target).capabilities()
    alone = [
        make(replace(target, credentials={kind: secret})).capabilities()
        for kind, secret in target.credentials.items()
    ]
    return tuple(
        next((offer for offer in offers if _is_open(offer, by_kind)), _closed(offers[0], by_kind))
        for offers in zip(best, *alone, strict=True)
    )


def _is_open(offer: Capability, reports: Mapping[CredentialKind, CredentialReport]) -> bool:
    report = reports.get(offer.credential) if offer.credential else None
    if offer.support is Support.NONE or report is None:
        return offer.credential is None
    return report.fault in PASSING or offer.verb in report.unlocks


def _closed(offer: Capability, reports: Mapping[CredentialKind, CredentialReport]) -> Capability:
    """Say why this verb is not offered: the vendor has it not, or the key may not."""
    report = reports.get(offer.credential) if offer.credential else None
    if offer.support is Support.NONE or report is None:
        return replace(offer, support=Support.NONE)
    why = f"The {report.credential} key does not work."
    if report.missing_permissions:
        why = f"The {report.credential} key lacks {', '.join(report.missing_permissions)}."
    return Capability(offer.verb, Support.NONE, offer.credential, why)
