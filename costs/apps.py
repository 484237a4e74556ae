from django.apps import AppConfig


class CostsConfig(AppConfig):
    name = "costs"
    verbose_name = "Costs"

    def ready(self) -> None:
        from costs.measures import register
        from costs.spans import price_span
        from telemetry.registry import price_with

        register()
        price_with(price_span)
