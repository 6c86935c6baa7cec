"""Rows as they are stored, seen by the system: what the tests of the record compare."""

from datetime import UTC

import msgspec

from tianping.kernel.agencies.acting import acting, system_actor
from tianping.kernel.matters.models import Entry
from tianping.kernel.parties.models import Party

J, CENTRE, ZHUJIAN = "990101", "qingxi.zongzhi.", "qingxi.zhujian."


def rows(model, order="pk", **where):
    with acting(system_actor(J)):
        found = list(model.objects.filter(**where).order_by(order).values())
    return [{k: bytes(v) if isinstance(v, memoryview) else v for k, v in r.items()} for r in found]


def row(model, **where):
    (found,) = rows(model, **where)
    return found


def moments(one):
    return [e["recorded_at"] for e in rows(Entry, "seq", matter_id=one.matter)]


def bodies(one):
    return [msgspec.json.decode(e["body"]) for e in rows(Entry, "seq", matter_id=one.matter)]


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def subject_of(one, role):
    return row(Party, matter_id=one.matter, role=role)["subject_id"]
