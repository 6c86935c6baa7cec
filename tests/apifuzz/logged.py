"""gunicorn's settings for the fuzzing: what the framework refuses before any view stands in the server's log, with its trace."""

import logging


def post_worker_init(_worker: object) -> None:
    for name in ("django.security", "django.request"):
        handler = logging.StreamHandler()
        handler.setLevel(logging.ERROR)
        logging.getLogger(name).addHandler(handler)
