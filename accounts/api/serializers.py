"""JSON in, JSON out, for organizations, members and keys."""

from rest_framework import serializers

from accounts.models import ApiKey, Membership, Organization
from accounts.roles import PERMISSIONS, Role


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    allowed_hosts = serializers.ListField(
        child=serializers.CharField(max_length=260), required=False
    )

    class Meta:
        model = Organization
        fields = ["id", "name", "slug", "time_zone", "currency", "allowed_hosts", "created_at"]
        read_only_fields = ["slug"]


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "email", "name", "role", "created_at"]


class NewMemberSerializer(serializers.Serializer[Membership]):
    """Somebody who already has an account here, by e-mail."""

    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.choices)


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    owner = serializers.EmailField(source="user.email", read_only=True)
    prefix = serializers.CharField(source="public_id", read_only=True)
    scopes = serializers.MultipleChoiceField(choices=sorted(PERMISSIONS))

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "name",
            "prefix",
            "owner",
            "scopes",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "created_at",
        ]
        read_only_fields = ["revoked_at", "last_used_at"]


class IssuedApiKeySerializer(ApiKeySerializer):
    """The answer to issuing a key: the only time its token is shown."""

    token = serializers.CharField(read_only=True)

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "token"]
