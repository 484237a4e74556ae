"""JSON in, JSON out, for signing in and for one's own account."""

from typing import Any

from allauth.usersessions.models import UserSession
from rest_framework import serializers

from accounts.models import SignInEvent
from accounts.roles import Role
from armproject.lib.rest.strict import StrictFields

LONGEST = 1_024  # characters of a password: hashing more is work for nothing


class PasswordField(serializers.CharField):
    """A password as typed: its spaces count."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=LONGEST, write_only=True, **options)


class RegisterSerializer(StrictFields):
    email = serializers.EmailField()
    password = PasswordField()
    name = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


class ConfirmAccountSerializer(StrictFields):
    token = serializers.CharField(max_length=1_000)
    password = PasswordField()


class LoginSerializer(StrictFields):
    email = serializers.CharField(max_length=254)
    password = PasswordField()
    code = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    device_token = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True
    )


class FinishLoginSerializer(StrictFields):
    mfa_token = serializers.CharField(max_length=1_000)
    code = serializers.CharField(max_length=64)


class RefreshSerializer(StrictFields):
    refresh_token = serializers.CharField(max_length=200)


class SwitchSerializer(StrictFields):
    organization = serializers.UUIDField()


class TokensSerializer(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class SignedInSerializer(TokensSerializer):
    device_token = serializers.CharField(help_text="Send it with the next sign-in from here.")


class PersonSerializer(StrictFields):
    name = serializers.CharField(max_length=150, allow_blank=True)


class MembershipOfMineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="organization_id")
    name = serializers.CharField(source="organization.name")
    slug = serializers.CharField(source="organization.slug")
    role = serializers.ChoiceField(
        choices=Role.choices, allow_blank=True, help_text="Empty for a role of its own."
    )
    custom_role = serializers.UUIDField(source="custom_role_id", allow_null=True)


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(read_only=True)
    name = serializers.CharField(max_length=150, allow_blank=True)
    organization = serializers.UUIDField(read_only=True, allow_null=True)
    organizations = MembershipOfMineSerializer(many=True, read_only=True)
    permissions = serializers.ListField(child=serializers.CharField(), read_only=True)
    has_second_factor = serializers.BooleanField(read_only=True)
    recovery_codes_left = serializers.IntegerField(read_only=True)


class ChangePasswordSerializer(StrictFields):
    current_password = PasswordField()
    new_password = PasswordField()


class AskPasswordSerializer(StrictFields):
    email = serializers.EmailField()


class ResetPasswordSerializer(StrictFields):
    token = serializers.CharField(max_length=1_000)
    password = PasswordField()


class ConfirmSerializer(StrictFields):
    password = PasswordField(required=False, default="", allow_blank=True)
    code = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)


class SetUpSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField()
    address = serializers.CharField(help_text="An otpauth:// address for authenticators.")
    picture = serializers.CharField(help_text="The address as a QR code, a data: URL.")
    setup_token = serializers.CharField()


class EnrolSerializer(StrictFields):
    setup_token = serializers.CharField(max_length=2_000)
    code = serializers.CharField(max_length=64)


class CodeSerializer(StrictFields):
    code = serializers.CharField(max_length=64)


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField())


class AcceptSerializer(StrictFields):
    token = serializers.CharField(max_length=1_000)
    password = PasswordField(required=False, default="", allow_blank=True)
    name = serializers.CharField(max_length=150, required=False, default="", allow_blank=True)


class JoinedSerializer(serializers.Serializer[Any]):
    organization = serializers.UUIDField(source="organization_id")
    role = serializers.ChoiceField(choices=Role.choices, allow_blank=True)
    custom_role = serializers.UUIDField(source="custom_role_id", allow_null=True)


class SaidSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()


class SessionSerializer(serializers.ModelSerializer[UserSession]):
    address = serializers.CharField(source="ip")
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = UserSession
        fields = ["id", "address", "user_agent", "created_at", "last_seen_at", "is_current"]

    def get_is_current(self, row: UserSession) -> bool:
        current: bool = row.session_key == self.context.get("session_key")
        return current


class SignInEventSerializer(serializers.ModelSerializer[SignInEvent]):
    email = serializers.EmailField(source="user.email", read_only=True)

    class Meta:
        model = SignInEvent
        fields = ["id", "email", "outcome", "method", "address", "user_agent", "created_at"]
