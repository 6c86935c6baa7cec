from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tianping.web"
    label = "web"

    def ready(self) -> None:
        from tianping.web.accounts import factors  # noqa: PLC0415  # models are there only now

        factors.connect()
