"""Connection: one organization's use of a vendor."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.errors import Conflict, InvalidInput
from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from armproject.lib.sqlstate import database_fault
from connectors.base import CredentialKind, Target

# Vendors that ARM does not ask: their agents report.
REPORTING = frozenset({"custom"})
# Faults that a test looks for: one that passes ends them, whoever met them.
TESTED = frozenset({"credentials", "wrong_kind", "forbidden_host", "billing"})
NAME_TAKEN = "Another connection has this name."
NO_KEY = "There is no key any more; enter one."


class ConnectionStatus(models.TextChoices):
    UNTESTED = "untested", "Not tested yet"
    HEALTHY = "healthy", "Healthy"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    DISCONNECTED = "disconnected", "Disconnected"


class ConnectionQuerySet(ScopedQuerySet["Connection"]):
    def connected(self) -> "ConnectionQuerySet":
        return self.exclude(status=ConnectionStatus.DISCONNECTED)

    def asked(self) -> "ConnectionQuerySet":
        """Return the connections whose vendor ARM asks; the others report by themselves."""
        return self.connected().exclude(vendor__in=REPORTING)

    def claim(self, asked: "Connection") -> "Connection":
        """Lock a row, provided that nobody changed what it reaches since it was read."""
        row = self.select_for_update().get(pk=asked.pk)
        row.refuse_disconnected()
        if row.credential_version != asked.credential_version:
            raise Conflict("Somebody else changed this connection just now; try again.")
        return row

    def with_agent_count(self) -> "ConnectionQuerySet":
        """Add `agent_count`: how many agents came through each connection and still exist."""
        present = models.Q(agents__vanished_at=None)
        return self.annotate(agent_count=models.Count("agents", filter=present))


class Connection(ScopedModel):
    """One organization's use of a vendor: where it is, with which credentials, in what state.

    Credentials are kept sealed, bound to this row and column; people see only a hint of them.
    A disconnected connection keeps its row, so that agents and costs keep their origin, and loses
    its credentials. `reports` holds what the last test said of each credential, `capabilities`
    what the connection can do and why not more. `synced_at` is when a reading last ended, however
    it ended. `troubles` maps a kind of reading to the {fault, message} with which the vendor
    refuses it, and `trouble` is the first of these faults. For a while after a change,
    `former_sealed` still verifies what agents of the customer's own sign.
    """

    name = models.CharField(max_length=100)
    vendor = models.CharField(max_length=20)
    base_url = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=dict, blank=True)
    admin_sealed = SealedField(null=True)
    admin_hint = models.CharField(max_length=12, blank=True, editable=False)
    runtime_sealed = SealedField(null=True)
    runtime_hint = models.CharField(max_length=12, blank=True, editable=False)
    former_sealed = SealedField(null=True)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    credential_version = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(
        max_length=20, choices=ConnectionStatus.choices, default=ConnectionStatus.UNTESTED
    )
    status_reason = models.TextField(blank=True)
    trouble = models.CharField(max_length=30, blank=True, editable=False)
    troubles = models.JSONField(default=dict, blank=True, editable=False)
    reports = models.JSONField(default=list, blank=True)
    capabilities = models.JSONField(default=list, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    disconnected_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(ConnectionQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                condition=~models.Q(status=ConnectionStatus.DISCONNECTED),
                name="a_connection_has_its_own_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_connected(self) -> bool:
        return self.status != ConnectionStatus.DISCONNECTED

    @property
    def is_reported_to(self) -> bool:
        """Whether agents tell ARM of themselves here, signing with a secret that ARM made."""
        return self.vendor in REPORTING

    @property
    def webhook_url(self) -> str:
        """Where agents of the customer's own send heartbeats; empty for vendors that are asked."""
        if not self.is_reported_to:
            return ""
        return f"{settings.ARM_BASE_URL}/api/v1/agents/heartbeat/{self.pk}"

    def has_credential(self, kind: CredentialKind) -> bool:
        return getattr(self, f"{kind}_sealed") is not None

    def credential_kinds(self) -> list[CredentialKind]:
        """Return which credentials there are, without opening them."""
        return [kind for kind in CredentialKind if self.has_credential(kind)]

    def credential(self, kind: CredentialKind) -> Secret | None:
        """Open one credential, for the connector that sends it."""
        return self._open(f"{kind}_sealed")

    def keep_credential(self, kind: CredentialKind, secret: Secret | None) -> None:
        """Seal a credential into this row, or drop it; the caller saves."""
        self._close(f"{kind}_sealed", secret)
        setattr(self, f"{kind}_hint", secret.hint if secret else "")

    def credentials(self) -> Mapping[CredentialKind, Secret]:
        """Open every credential this connection has."""
        opened = {kind: self.credential(kind) for kind in CredentialKind}
        return {kind: secret for kind, secret in opened.items() if secret is not None}

    def drop_credentials(self) -> None:
        """Forget every credential; the caller saves."""
        for kind in CredentialKind:
            self.keep_credential(kind, None)
        self.former_sealed, self.former_until = None, None

    def keep_former(self, until: datetime) -> None:
        """Let what the present runtime secret signs stand until then; the caller saves."""
        self._close("former_sealed", self.credential(CredentialKind.RUNTIME))
        self.former_until = until

    def signing_secrets(self) -> tuple[Secret, ...]:
        """Open the secrets that may have signed a message: the present one, then the former."""
        present = self.credential(CredentialKind.RUNTIME)
        is_over = self.former_until is None or self.former_until <= timezone.now()
        former = None if is_over else self._open("former_sealed")
        return tuple(secret for secret in (present, former) if secret is not None)

    def target(self) -> Target:
        """Return what the vendor's connector needs to know, without the row."""
        return Target(
            base_url=self.base_url,
            credentials=self.credentials(),
            settings=self.options,
            reach=Reach(frozenset(self.organization.allowed_hosts)),
        )

    def can(self, verb: str) -> bool:
        """Tell whether the last test found this verb supported, natively or in part."""
        return any(c["verb"] == verb and c["support"] != "none" for c in self.capabilities)

    def report_of(self, kind: CredentialKind) -> Mapping[str, Any] | None:
        """Return what the last test said of this credential."""
        return next((r for r in self.reports if r["credential"] == kind), None)

    def keep_test(self, reports: list[Any], capabilities: list[Any]) -> None:
        """Keep what testing showed and let the status follow; the caller saves."""
        self.reports, self.capabilities = reports, capabilities
        self.tested_at = timezone.now()
        if all(report["ok"] for report in reports):
            self.troubles = {
                reading: met for reading, met in self.troubles.items() if met["fault"] not in TESTED
            }
        self.settle()

    def knows(self, fault: str) -> bool:
        """Tell whether this fault was met already, by a reading or by the last test."""
        met = [*self.troubles.values(), *self.reports]
        return any(each["fault"] == fault for each in met)

    def settle(self) -> None:
        """Let the status follow from the last test and the readings since; the caller saves."""
        self.trouble = next((str(met["fault"]) for met in self.troubles.values()), "")
        met = dict.fromkeys(str(each["message"]) for each in self.troubles.values())
        self.status_reason = " ".join(met) or self._complaint()
        is_well = not self.status_reason
        self.status = ConnectionStatus.HEALTHY if is_well else ConnectionStatus.NEEDS_ATTENTION

    def refuse_disconnected(self) -> None:
        """Refuse to use what was disconnected."""
        if not self.is_connected:
            raise Conflict("This connection was disconnected; connect the vendor anew.")

    def refuse_taken_name(self) -> None:
        """Refuse a name that another connection has; disconnected ones have given theirs back."""
        others = Connection.objects.connected().exclude(pk=self.pk)
        if others.filter(name=self.name).exists():
            raise InvalidInput(NAME_TAKEN, fields={"name": [NAME_TAKEN]})

    def store(self, *, force_insert: bool = False) -> None:
        """Save the row; if somebody else took its name in the meantime, say so."""
        try:
            with transaction.atomic():
                self.save(force_insert=force_insert)
        except IntegrityError as error:
            fault = database_fault(error)
            if fault is None or fault.constraint != "a_connection_has_its_own_name":
                raise
            raise InvalidInput(NAME_TAKEN, fields={"name": [NAME_TAKEN]}) from None

    def _complaint(self) -> str:
        if not self.credential_kinds():
            return NO_KEY
        return " ".join(
            f"{CredentialKind(report['credential']).capitalize()} key: {report['message']}"
            for report in self.reports
            if not report["ok"] or report["missing_permissions"]
        )

    def _open(self, column: str) -> Secret | None:
        sealed = getattr(self, column)
        if sealed is None:
            return None
        return unseal(bytes(sealed), table=self._meta.db_table, row_id=self.pk, column=column)

    def _close(self, column: str, secret: Secret | None) -> None:
        table = self._meta.db_table
        sealed = secret and seal(secret, table=table, row_id=self.pk, column=column)
        setattr(self, column, sealed or None)
