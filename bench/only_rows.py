"""The product's apps as rows alone, for the reference's project: nothing is wired up."""

from django.apps import AppConfig


class Accounts(AppConfig):
    name = "accounts"


class Connectors(AppConfig):
    name = "connectors"


class Agents(AppConfig):
    name = "agents"
