"""What administration may do anything to without harm to the rest of the run: an office, people, tokens, lists, uploads."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import psycopg
from allauth.mfa.models import Authenticator
from django.utils import timezone

from tests.people import WHO, actor
from tianping.kernel.agencies import accounts, administer
from tianping.kernel.agencies.models import User
from tianping.kernel.service import append_upload, begin_upload, finish_upload, report
from tianping.web.api import tokens
from tianping.web.desk.keeping import keep

PDF = b"%PDF-1.4\n%%EOF\n"
OFFICE = "qingxi.spare."
_IDS = {
    "document": "SELECT id::text FROM document WHERE matter_id IS NOT NULL LIMIT 40",
    "saved": "SELECT id::text FROM saved_filter WHERE user_id = %(registrar)s ORDER BY id DESC LIMIT 40",
    "upload": "SELECT id::text FROM upload WHERE size = %(size)s ORDER BY received, created_at DESC LIMIT 20",
    "whole": "SELECT id::text FROM upload WHERE size = %(size)s AND received = size ORDER BY created_at DESC LIMIT 20",
    "token": "SELECT id::text FROM api_token WHERE name = 'spare' AND revoked_at IS NULL ORDER BY id DESC LIMIT 40",
    "appointment": "SELECT a.id::text FROM appointment a JOIN post p ON p.id = a.post_id WHERE p.path = %(office)s LIMIT 40",
}


@dataclass
class Spare:
    """Path parameter -> ids of it that there are now."""

    people: list[str] = field(default_factory=list)
    post: str = ""
    registrar: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    def refresh(self, owner: "psycopg.Connection[Any]") -> None:
        values = {"registrar": self.registrar, "size": len(PDF), "office": OFFICE}
        for name, statement in _IDS.items():
            self.ids[name] = [row[0] for row in owner.execute(statement, values).fetchall()]
        self.ids |= {"user": self.people, "post": [self.post], "path": [OFFICE]}


def build(form: dict[str, Any]) -> Spare:
    """Made through the functions that the pages use. `form`: a report to attach a file to."""
    system, security, registrar = actor("system_admin"), actor("security_admin"), actor("registrar")
    spare = Spare(registrar=str(registrar.user))
    administer.add_office(system, parent="qingxi.", code="spare", name="备用", short="备用", kind="bureau")
    administer.add_post(system, OFFICE, "handler")
    post = administer.posts_at(system, OFFICE)[0].id
    spare.post = str(post)
    for number in range(12):
        accounts.add_person(security, username=f"spare{number}", name=f"备用{number}")
        user = User.objects.get(username=f"spare{number}")
        spare.people.append(str(user.id))
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
        administer.appoint(security, post, user.id, title="经办人", since=timezone.localdate())
    for _number in range(80):
        tokens.issue(User.objects.get(username=WHO["handler"]), "spare", ["read"], 2)
    for number in range(11):
        keep(registrar, f"清单{number}", "view=overdue")
    for number in range(24):
        upload = begin_upload(registrar, f"{number}.pdf", len(PDF))
        if number % 2:
            append_upload(registrar, upload, 0, PDF)
    upload = begin_upload(registrar, "a.pdf", len(PDF))
    append_upload(registrar, upload, 0, PDF)
    paper = finish_upload(registrar, upload)
    report(actor=registrar, form=form | {"channel": "phone", "files": [str(paper.id)]}, key=str(uuid4()))
    return spare
