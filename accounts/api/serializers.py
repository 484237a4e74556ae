"""JSON in, JSON out, for organizations, members and keys."""

from typing import Any

from rest_framework import serializers

from accounts.models import ApiKey, CustomRole, Grant, Invitation, Membership, Organization
from accounts.roles import CHOICES, Role
from accounts.scoping.api import ScopedRelatedField
from armproject.lib.rest.strict import StrictFields


def one_of(attrs: dict[str, Any], name: str, choices: tuple[str, ...]) -> dict[str, Any]:
    """Return what was said, with the one choice that was made under `name`."""
    given = [attrs.pop(choice) for choice in choices if choice in attrs]
    if len(given) != 1:
        problem = f"Name exactly one of {', '.join(choices)}."
        raise serializers.ValidationError({choices[0]: [problem]})
    return {**attrs, name: given[0]}


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
            "ingest_mib_limit",
            "ingest_items_limit",
            "requires_mfa",
            "requires_sso",
            "step_up",
            "created_at",
        ]
        read_only_fields = ["slug"]


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """A person of the organization; `role` is empty where they have one of its own."""

    email = serializers.EmailField(source="user.email", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Membership
        fields = ["id", "email", "name", "role", "custom_role", "created_at"]
        read_only_fields = fields


class GivenRoleSerializer(StrictFields):
    """Either a role everybody has or one of the organization's own."""

    role = serializers.ChoiceField(choices=Role.choices, required=False)
    custom_role = ScopedRelatedField(queryset=CustomRole.objects.all(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of(attrs, "role", ("role", "custom_role"))


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    """An invitation; `role` is empty where it is for a role of the organization's own."""

    role = serializers.ChoiceField(choices=Role.choices, allow_blank=True, read_only=True)
    invited_by = serializers.EmailField(
        source="invited_by.email", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = Invitation
        fields = [
            "id",
            "email",
            "role",
            "custom_role",
            "invited_by",
            "expires_at",
            "sent_at",
            "accepted_at",
            "revoked_at",
            "created_at",
        ]
        read_only_fields = fields


class NewInvitationSerializer(GivenRoleSerializer):
    """Whom to invite, and to which role: one everybody has (`member` unless named), or your own."""

    email = serializers.EmailField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names_one = "role" in attrs or "custom_role" in attrs
        return super().validate(attrs if names_one else {**attrs, "role": Role.MEMBER})


class CustomRoleSerializer(StrictFields, serializers.ModelSerializer[CustomRole]):
    permissions = serializers.MultipleChoiceField(choices=CHOICES)

    class Meta:
        model = CustomRole
        fields = ["id", "name", "permissions", "created_at"]

    def to_representation(self, instance: CustomRole) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "permissions": sorted(instance.rights)}


class BuiltInRoleSerializer(serializers.Serializer[Any]):
    """A role every organization has."""

    role = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class GrantSerializer(serializers.ModelSerializer[Grant]):
    """What a person (`email`), or everybody in a role, may do with one row beyond their role.

    One of `email`, `role` and `custom_role` says who has it; the others are empty.
    """

    email = serializers.EmailField(source="user.email", read_only=True, default="")
    permission = serializers.CharField(source="name", read_only=True)
    row = serializers.UUIDField(source="object_pk", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Grant
        fields = ["id", "email", "role", "custom_role", "permission", "row", "created_at"]
        read_only_fields = fields


class GrantedSerializer(GrantSerializer):
    """A grant that reaches a member, and why."""

    why = serializers.CharField(read_only=True)

    class Meta(GrantSerializer.Meta):
        fields = [*GrantSerializer.Meta.fields, "why"]
        read_only_fields = fields


class NewGrantSerializer(StrictFields):
    """Who gets it (a member, a role, or a role of your own), what, and on which row."""

    member = ScopedRelatedField(queryset=Membership.objects.all(), required=False)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    custom_role = ScopedRelatedField(queryset=CustomRole.objects.all(), required=False)
    permission = serializers.CharField(max_length=60, help_text="Such as agents.pause.")
    row = serializers.UUIDField(help_text="The agent's or the connection's id.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return one_of(attrs, "holder", ("member", "role", "custom_role"))


class RightSerializer(serializers.Serializer[Any]):
    """A permission somebody has on every row, and what gives it."""

    permission = serializers.CharField()
    says = serializers.CharField()
    why = serializers.CharField()


class ReachSerializer(serializers.Serializer[Any]):
    """All a member can reach, and why: by their role, and by grants on single rows."""

    role = serializers.CharField()
    rights = RightSerializer(many=True)
    grants = GrantedSerializer(many=True)


class ApiKeySerializer(StrictFields, serializers.ModelSerializer[ApiKey]):
    owner = serializers.EmailField(source="user.email", read_only=True)
    prefix = serializers.CharField(source="public_id", read_only=True)
    scopes = serializers.MultipleChoiceField(choices=CHOICES)
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
