"""What the pages of log-in hand to their script."""

import json
from typing import Any

from django import template

from tianping.kernel.agencies.actors import Held
from tianping.web.choices import english, post_title

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """JSON for a data- attribute; the template escapes it."""
    return json.dumps(value)


@register.filter
def post_name(post: Held) -> str:
    """A post that somebody holds, with its office, in the reader's language."""
    office = post.agency_en if english() and post.agency_en else post.agency
    return f"{post_title(post)} · {office}"
