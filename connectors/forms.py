"""The Studio's forms about connections. Keys are typed in and never shown again."""

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.signin.errors import StepUpNeeded
from armproject.lib.errors import DomainError
from armproject.lib.secret import Secret
from connectors.actions.change_connection import change_connection
from connectors.actions.connect_vendor import connect_vendor
from connectors.actions.disconnect import disconnect
from connectors.actions.rotate_credential import rotate_credential
from connectors.base import CredentialKind
from connectors.catalogue import Offer, offer_of
from connectors.entries import FIELDS, LONGEST_KEY, LONGEST_NAME, LONGEST_URL, Option
from connectors.models import Connection

OPTION = "option_"
LABELS = {CredentialKind.RUNTIME: "Runtime key", CredentialKind.ADMIN: "Admin key"}
LONGEST_REASON = 300


class AskingForm(forms.Form):
    """A form whose last step of validation is its action, which may wait for a vendor.

    No transaction is open while it waits. What the action refuses stands beside the field it is
    about; `outcome` is what it returned.
    """

    outcome: Any = None

    def act(self) -> Any:
        raise NotImplementedError

    def _post_clean(self) -> None:
        if self.errors:
            return
        try:
            self.outcome = self.act()
        except StepUpNeeded:
            raise  # the Studio leads to the confirmation and back
        except DomainError as error:
            self._explain(error)

    def _explain(self, error: DomainError) -> None:
        fields = error.details.get("fields")
        if not isinstance(fields, Mapping):
            self.add_error(None, error.message)
            return
        for name, problems in fields.items():
            field = name.replace("options.", OPTION)
            self.add_error(field if field in self.fields else None, problems)

    def secret(self, name: str) -> Secret | None:
        """Return what was typed into this field as a secret."""
        typed = self.cleaned_data.get(name)
        return Secret(typed) if typed else None

    def key_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in reversed(FIELDS.values()) if name in self.fields]

    def option_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(OPTION)]


class ConnectForm(AskingForm):
    """What it takes to connect one vendor."""

    name = forms.CharField(max_length=LONGEST_NAME)

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self.fields["name"].widget = _line(placeholder=f"{offer.label} production")
        self.fields["name"].help_text = "What your team calls this account."
        if not offer.is_reported_to:
            _add_place(self, offer.default_base_url, offer.options)
            for credential in offer.credentials:
                self.fields[FIELDS[credential.kind]] = _key_field(LABELS[credential.kind])

    def act(self) -> Any:
        return connect_vendor(
            self.cleaned_data["name"],
            vendor=self.offer.kind,
            base_url=self.cleaned_data.get("base_url", ""),
            admin_key=self.secret("admin_key"),
            runtime_key=self.secret("runtime_key"),
            options=_options(self),
        )


class ChangeForm(AskingForm):
    """Name, address and options of a connection; another host needs its keys again."""

    name = forms.CharField(max_length=LONGEST_NAME)

    def __init__(self, connection: Connection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        self.fields["name"].widget = _line()
        self.initial = {"name": connection.name, "base_url": connection.base_url}
        self.initial |= {f"{OPTION}{name}": value for name, value in connection.options.items()}
        if not connection.is_reported_to:
            offer = offer_of(connection.vendor)
            _add_place(self, offer.default_base_url, offer.options)
            for credential in offer.credentials:
                label = f"New {LABELS[credential.kind].lower()}"
                self.fields[FIELDS[credential.kind]] = _key_field(label)

    def act(self) -> Any:
        return change_connection(
            self.connection,
            name=self.cleaned_data["name"],
            base_url=self.cleaned_data.get("base_url"),
            options=_options(self),
            admin_key=self.secret("admin_key"),
            runtime_key=self.secret("runtime_key"),
        )


class RotateForm(AskingForm):
    """A new key in place of an old one; nothing to type where ARM makes the secret."""

    def __init__(
        self, connection: Connection, kind: CredentialKind, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.connection, self.kind = connection, kind
        if not connection.is_reported_to:
            self.fields["key"] = _key_field(f"New {LABELS[kind].lower()}", required=True)

    def act(self) -> Any:
        return rotate_credential(self.connection, self.kind, self.secret("key"))


class DisconnectForm(AskingForm):
    """Why a vendor is disconnected: it stands in the audit log."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 2}),
        help_text="It stands in the audit log.",
    )

    def __init__(self, connection: Connection, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection

    def act(self) -> Any:
        return disconnect(self.connection, self.cleaned_data["reason"])


def _add_place(form: forms.Form, default: str, options: tuple[Option, ...]) -> None:
    form.fields["base_url"] = forms.CharField(
        label="Base URL",
        required=False,
        max_length=LONGEST_URL,
        widget=_line(placeholder=default, inputmode="url"),
        help_text=f"Leave empty for {default}. Hosts inside your network must first be allowed in "
        "your organization's settings.",
    )
    for option in options:
        form.fields[f"{OPTION}{option.name}"] = forms.CharField(
            label=option.label, required=False, widget=_line(), help_text=option.help
        )


def _options(form: AskingForm) -> dict[str, str]:
    fields = form.cleaned_data.items()
    return {name.removeprefix(OPTION): value for name, value in fields if name.startswith(OPTION)}


def _key_field(label: str, *, required: bool = False) -> forms.CharField:
    quiet = {"autocomplete": "new-password", "spellcheck": "false"}
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_KEY,
        widget=UnfoldAdminPasswordWidget(attrs=quiet),
        help_text="Never shown again: if something has to be corrected, enter it once more.",
    )


def _line(**attrs: str) -> Any:
    return UnfoldAdminTextInputWidget(attrs={**attrs, "spellcheck": "false"})
