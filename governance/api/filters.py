"""What lists of this app can be narrowed by."""

from datetime import datetime
from typing import Any

from django_filters import rest_framework as filters

from governance.models import Alert, AlertRule, AuditEvent, Notification


def _since(events: Any, _: str, moment: datetime) -> Any:
    return events.since(moment)


def _until(events: Any, _: str, moment: datetime) -> Any:
    return events.until(moment)


class AuditFilter(filters.FilterSet):  # type: ignore[misc]
    """Audit events by who, what, when and in which request."""

    actor = filters.CharFilter(field_name="actor_id")
    action = filters.CharFilter(field_name="action")

    class Meta:
        model = AuditEvent
        fields = ["resource_type", "resource_id", "request_id", "trace_id"]


# "from" is a word of Python, so these two cannot be written as attributes.
AuditFilter.base_filters["from"] = filters.IsoDateTimeFilter(method=_since)
AuditFilter.base_filters["to"] = filters.IsoDateTimeFilter(method=_until)


class AlertFilter(filters.FilterSet):  # type: ignore[misc]
    """Alerts by their state, how bad they are, and what they are about."""

    rule = filters.UUIDFilter(field_name="rule_id")

    class Meta:
        model = Alert
        fields = ["state", "severity", "subject_type", "subject_id"]


class AlertRuleFilter(filters.FilterSet):  # type: ignore[misc]
    """Rules by what they watch."""

    class Meta:
        model = AlertRule
        fields = ["measure", "severity", "enabled", "subject_id"]


class NotificationFilter(filters.FilterSet):  # type: ignore[misc]
    """Messages by how they fared, and about what they are."""

    alert = filters.UUIDFilter(field_name="alert_id")
    channel = filters.UUIDFilter(field_name="channel_id")

    class Meta:
        model = Notification
        fields = ["state", "transition"]
