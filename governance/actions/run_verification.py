"""Verify the audit log and keep what was found."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.fence import current_organization_id, fenced
from accounts.models import Organization
from accounts.permissions import require
from armproject.lib.audit import record
from governance.actions.clear_alert import clear_alert
from governance.actions.open_alert import whom
from governance.actions.raise_alert import raise_alert
from governance.anchoring import Anchored, read_anchor
from governance.models import AuditSeal, AuditVerification, Severity, VerificationState
from governance.signing import key_ring
from governance.verifying import Finding, Verdict, Verification

ALERT = "audit.broken"
NAME = "The audit log is not as it was sealed"

Progress = Callable[[int, int], None]


def run_verification(
    verification_id: UUID | None,
    finish: Callable[[], AbstractContextManager[None]],
    progress: Progress,
) -> AuditVerification:
    """Compare this organization's log with its seals and the anchor; a finding raises an alert.

    Without an id it is the clock that asks. `finish` opens the transaction that ends the job.
    """
    row = _begin(verification_id)
    anchored = read_anchor(Path(settings.ARM_ANCHOR_FILE), key_ring().public_keys)
    verdict = _verdict(anchored, lambda done: progress(done, row.of_events))
    with finish():
        row.state = VerificationState.SOUND if verdict.is_sound else VerificationState.BROKEN
        row.seals, row.events = verdict.seals, verdict.events
        row.anchored = anchored.newest(current_organization_id()) if anchored else None
        row.findings = [finding.facts for finding in verdict.findings]
        row.finished_at = timezone.now()
        row.save()
        record("audit.verified", row, after={"state": row.state, "findings": len(row.findings)})
        _tell(verdict)
    return row


def _begin(verification_id: UUID | None) -> AuditVerification:
    with fenced():
        require("audit.verify")
        asked = verification_id and AuditVerification.objects.filter(pk=verification_id).first()
        row = asked or AuditVerification(asked_by=whom())
        newest = AuditSeal.objects.newest()
        row.state, row.of_events = VerificationState.RUNNING, newest.last_seq if newest else 0
        row.save()
    return row


def _verdict(anchored: Anchored | None, progress: Callable[[int], None]) -> Verdict:
    seals = anchored.seals.get(current_organization_id(), {}) if anchored else {}
    verdict = Verification(key_ring().public_keys, seals, progress=progress).run()
    if anchored is not None:
        verdict.findings.extend(Finding(trouble) for trouble in anchored.troubles)
    return verdict


def _tell(verdict: Verdict) -> None:
    organization = Organization.objects.current().get()
    if verdict.is_sound:
        clear_alert(ALERT, organization, note="A later verification found the log sound.")
        return
    sentence = verdict.findings[0].sentence
    raise_alert(ALERT, organization, name=NAME, message=sentence, severity=Severity.CRITICAL)
