"""The form of what is set for the whole organization."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
)

from accounts.actions.update_organization import update_organization
from accounts.models import (
    Organization,
)
from accounts.scoping.admin import ActionForm


class OrganizationForm(ActionForm):
    """Change what is set for the whole organization."""

    allowed_hosts = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="One host:port a line: hosts inside your network that connections may reach.",
    )

    class Meta:
        model = Organization
        fields: ClassVar = [
            "name",
            "time_zone",
            "currency",
            "allowed_hosts",
            "rate_limit_factor",
            "ingest_mib_limit",
            "ingest_items_limit",
            "requires_mfa",
            "requires_sso",
            "step_up",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "allowed_hosts" in self.fields:
            self.initial["allowed_hosts"] = "\n".join(self.instance.allowed_hosts)

    def clean_allowed_hosts(self) -> list[str]:
        hosts: str = self.cleaned_data["allowed_hosts"]
        return hosts.split()

    def act(self) -> Organization:
        return update_organization(self.instance, **self.cleaned_data)
