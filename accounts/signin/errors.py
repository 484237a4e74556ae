"""Refusals at the gate. None of them says whether somebody has an account."""

from typing import ClassVar

from armproject.lib.errors import DomainError, Forbidden, Unauthenticated

NO_FIT = "That address and password do not fit together. Check both; passwords are case-sensitive."


class NoFit(Unauthenticated):
    """The address and the password do not belong together, for whatever reason."""

    code: ClassVar[str] = "INVALID_CREDENTIALS"

    def __init__(self) -> None:
        super().__init__(NO_FIT)


class CodeNeeded(Unauthenticated):
    """The password was right; `mfa_token` in the details waits five minutes for the code."""

    code: ClassVar[str] = "MFA_REQUIRED"

    def __init__(self, mfa_token: str) -> None:
        super().__init__(
            "Send the code of your authenticator, or a recovery code, with this mfa_token.",
            mfa_token=mfa_token,
        )


class WrongCode(Unauthenticated):
    """The code is wrong, was used before, or its time is over."""

    code: ClassVar[str] = "INVALID_CODE"

    def __init__(self) -> None:
        super().__init__("That code does not fit. Wait for the next one and try again.")


class LinkSpent(DomainError):
    """A link from a mail that was used before, is too old, or was never ours."""

    code: ClassVar[str] = "INVALID_LINK"
    status: ClassVar[int] = 400

    def __init__(self) -> None:
        super().__init__("This link has been used or is too old. Ask for a new one.")


class StepUpNeeded(Forbidden):
    """The person proved who they are too long ago for something this dangerous."""

    code: ClassVar[str] = "STEP_UP_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "Confirm that it is you, then repeat this: in the Studio at /studio/account/confirm,"
            " over the API with POST /api/v1/auth/confirm.",
        )


class NotAdmitted(Forbidden):
    """The organization asks more of a sign-in than this session has shown."""

    code: ClassVar[str] = "SIGN_IN_REQUIREMENT"

    def __init__(self, organization: str, need: str) -> None:
        sentence = {
            "mfa": f"{organization} asks for a second factor. Set one up for your account, then"
            " sign in with it.",
            "sso": f"{organization} is entered by single sign-on only. Sign in that way.",
        }[need]
        super().__init__(sentence, need=need)
