"""JSON in, JSON out, for organizations, members and keys."""

from rest_framework import serializers

from accounts.models import ApiKey, Membership, Organization
from accounts.roles import PERMISSIONS, Role
from armproject.lib.rest.strict import StrictFields


class OrganizationSerializer(StrictFields, serializers.ModelSerializer[Organization]):
    allowed_hosts = serializers.ListField(
        child=serializers.CharField(max_length=260), required=False
    )

    class Meta:
        model = Organization
        fields = [
            "id",
            "name",
            "slug",
            "time_zone",
            "currency",
            "allowed_hosts",
            "rate_limit_factor",
            "created_at",
        ]
        read_only_fields = ["slug"]


class MembershipSerializer(StrictFields, serializers.ModelSerializer[Membership]):
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "email", "name", "role", "created_at"]


class NewMemberSerializer(StrictFields):
    """Somebody who already has an account here, by e-mail."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)


class ApiKeySerializer(StrictFields, serializers.ModelSerializer[ApiKey]):
    owner = serializers.EmailField(source="user.email", read_only=True)
    prefix = serializers.CharField(source="public_id", read_only=True)
    scopes = serializers.MultipleChoiceField(choices=sorted(PERMISSIONS))
    addresses = serializers.ListField(
        child=serializers.CharField(max_length=50),
        required=False,
        help_text="Networks it may be used from, such as 203.0.113.0/24; none: from anywhere.",
    )

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "prefix",
            "owner",
            "scopes",
            "addresses",
            "expires_at",
            "former_until",
            "revoked_at",
            "last_used_at",
            "issued_by",
            "created_at",
        ]
        read_only_fields = ["former_until", "revoked_at", "last_used_at", "issued_by"]


class IssuedApiKeySerializer(ApiKeySerializer):
    """The answer to issuing a key: the only time its token is shown."""

    token = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "token"]


class KeyRotationSerializer(StrictFields):
    """How long the old secret works on, at most seven days; left out, it ends at once."""

    keep_until = serializers.DateTimeField(required=False, allow_null=True, default=None)
