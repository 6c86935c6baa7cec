from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tianping.web"
    label = "web"
