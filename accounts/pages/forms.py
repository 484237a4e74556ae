"""What is filled in at the gate and on the account's page."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextInputWidget,
)

LONGEST = 1_024


def password(label: str, complete: str, help_text: str = "") -> forms.CharField:
    """Return a password's field; `complete` tells password managers which one is meant."""
    widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": complete})
    return forms.CharField(
        label=label, max_length=LONGEST, strip=False, widget=widget, help_text=help_text
    )


def code(label: str = "Code") -> forms.CharField:
    """Return the field of a code."""
    widget = UnfoldAdminTextInputWidget(
        attrs={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}
    )
    return forms.CharField(label=label, max_length=64, widget=widget)


class SignInForm(forms.Form):
    username = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password("Password", "current-password")


class CodeForm(forms.Form):
    code = code()


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "username"})
    )


class NewPasswordForm(forms.Form):
    password = password("New password", "new-password", "At least 12 characters.")


class JoinForm(forms.Form):
    """For somebody who has no account yet: a name and a password."""

    name = forms.CharField(
        max_length=150, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "name"})
    )
    password = password("Password", "new-password", "At least 12 characters.")


class NothingForm(forms.Form):
    """Nothing to fill in but yes."""


class ConfirmAccountForm(forms.Form):
    password = password("Password", "current-password", "The one you chose when you registered.")


class RegisterForm(JoinForm):
    email = forms.EmailField(
        label="E-mail", widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "username"})
    )
    field_order = ("email", "name", "password")


class ConfirmByPasswordForm(forms.Form):
    password = password("Password", "current-password")


class ChangePasswordForm(forms.Form):
    present = password("Present password", "current-password")
    new = password("New password", "new-password", "At least 12 characters.")


class EnrolForm(forms.Form):
    setup_token = forms.CharField(widget=forms.HiddenInput, max_length=2_000)
    code = code("Code from the authenticator")


class RemoveForm(forms.Form):
    password = password("Password", "current-password")
    code = code("Code or recovery code")

    def __init__(self, *args: Any, has_password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["password"]
