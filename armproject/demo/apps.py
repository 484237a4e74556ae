from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "armproject.demo"
    label = "demo"
