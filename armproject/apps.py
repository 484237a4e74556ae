"""Makes ARM's admin site, the Studio, the one that apps register with."""

from django.contrib.admin.apps import AdminConfig

from armproject.lib.damaged import read_damaged_rows


class StudioConfig(AdminConfig):
    default_site = "armproject.adminsite.Studio"

    def ready(self) -> None:
        super().ready()
        read_damaged_rows()
