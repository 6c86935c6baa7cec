"""What stands in the whole jurisdiction after an import."""

from typing import Any

from django.db import connection

from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.service import acting

_COUNTS = """SELECT count(*), count(DISTINCT holder) FILTER (WHERE holder <> centre), count(*) FILTER (WHERE state = 'triage'),
 count(*) FILTER (WHERE leader IS NOT NULL) FROM matter WHERE jurisdiction = %(j)s AND channel = 'import'"""
_TERMS = """SELECT count(*) FROM term t JOIN matter m ON m.jurisdiction = t.jurisdiction AND m.id = t.matter_id
 WHERE t.jurisdiction = %(j)s AND t.status = 'running' AND m.channel = 'import'"""
_DAYS = """SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY floor(extract(epoch FROM a.happened_at - m.happened_at) / 86400))
 FROM entry a JOIN matter m ON m.jurisdiction = a.jurisdiction AND m.id = a.matter_id
 WHERE a.jurisdiction = %(j)s AND a.step IN ('answer', 'answer_directly') AND m.channel = 'import'"""


def counts(actor: Actor) -> dict[str, Any]:
    """Imported matters in the actor's sight: how many, how many agencies reached, waiting in triage, clocks running, repeats
    in another's handling, and the median of whole days from message to answer."""
    values = {"j": actor.jurisdiction}
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        matters, agencies, triage, repeats = cursor.fetchone()
        cursor.execute(_TERMS, values)
        (terms,) = cursor.fetchone()
        cursor.execute(_DAYS, values)
        (days,) = cursor.fetchone()
    return {
        "matters": matters,
        "agencies": agencies,
        "triage": triage,
        "repeats": repeats,
        "terms_running": terms,
        "median_days": days,
    }
