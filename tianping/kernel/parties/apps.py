from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "tianping.kernel.parties"
    label = "parties"
