from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "tianping.kernel.documents"
    label = "documents"
