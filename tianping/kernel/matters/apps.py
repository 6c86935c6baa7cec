from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "tianping.kernel.matters"
    label = "matters"
