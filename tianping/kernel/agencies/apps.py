from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    name = "tianping.kernel.agencies"
    label = "agencies"
