"""The form people sign in with."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

NO_FIT = "That address and password do not fit together. Check both; passwords are case-sensitive."


class SignInForm(AuthenticationForm):  # type: ignore[misc]
    """Asks for the e-mail address and the password, and says what to do when they do not fit."""

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "E-mail"
        self.fields["username"].widget.input_type = "email"

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(NO_FIT, code="invalid_login")
