from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "tianping.capabilities.notices"
    label = "notices"
