from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "tianping.capabilities.search"
    label = "search"
