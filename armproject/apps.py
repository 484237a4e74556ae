"""Makes ARM's admin site, the Studio, the one that apps register with."""

from django.contrib.admin.apps import AdminConfig


class StudioConfig(AdminConfig):
    default_site = "armproject.adminsite.Studio"
