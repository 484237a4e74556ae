from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from accounts.granting import keep_permissions
        from accounts.grants import grant_shared_tables
        from accounts.holdings import hold_accounts
        from accounts.pages import admin  # noqa: F401 - importing registers its pages

        hold_accounts()

        post_migrate.connect(grant_shared_tables, sender=self)
        post_migrate.connect(keep_permissions, sender=self)
