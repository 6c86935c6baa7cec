"""What the pages of log-in hand to their script."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """JSON for a data- attribute; the template escapes it."""
    return json.dumps(value)
