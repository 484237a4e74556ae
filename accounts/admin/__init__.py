"""The Studio's pages about people and access."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin.encryption import OrganizationKeyAdmin
from accounts.admin.keys import ApiKeyAdmin
from accounts.admin.members import MembershipAdmin
from accounts.admin.organization import OrganizationAdmin
from accounts.admin.roles import CustomRoleAdmin

if admin.site.is_registered(Group):
    admin.site.unregister(Group)

__all__ = [
    "ApiKeyAdmin",
    "CustomRoleAdmin",
    "MembershipAdmin",
    "OrganizationAdmin",
    "OrganizationKeyAdmin",
]
