"""What the form parser asks the database and the packs: codes in force, agencies, people, number checks."""

from uuid import UUID

from django.db import connection
from django.utils import timezone

from tianping.kernel.lifecycle.forms import Checks, FieldError
from tianping.kernel.lifecycle.state import Actor
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.codes import in_force
from tianping.kernel.parties.identifiers import check_id_number, check_uscc, normalise_name, normalise_phone


def form_checks(actor: Actor, stamp: str) -> Checks:
    """The checks for one actor's form. `stamp`: of the packs, as this transaction has read it."""

    def agency(path: str) -> str:
        return _agency(actor.jurisdiction, path)

    def person(user: str) -> str:
        return _person(actor.jurisdiction, user)

    return Checks(
        types={
            "phone": normalise_phone,
            "id_number": _id_number,
            "uscc": check_uscc,
            "agency": agency,
            "person": person,
            "file": _file,
            "name": _name,
        },
        code=lambda source, code: in_force(actor.jurisdiction, stamp, source, code) is not None,
    )


def _id_number(text: str) -> str:
    return check_id_number(text).number


def _name(text: str) -> str:
    """As it was written: only that a name is left of it is checked."""
    normalise_name(text)
    return text


def _file(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise FieldError(_("有文件没有传完，请重新添加")) from error


def _agency(jurisdiction: str, path: str) -> str:
    """An agency, by path or code; its path."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT path FROM agency WHERE jurisdiction = %s AND active AND (path = %s OR code = %s)",
            [jurisdiction, path, path],
        )
        row = cursor.fetchone()
    if row is None:
        raise FieldError(_("没有这个单位，请从名单里选"))
    return str(row[0])


def _person(jurisdiction: str, user: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.user_id::text FROM appointment a JOIN account u ON u.id = a.user_id WHERE a.jurisdiction = %(j)s"
            " AND a.user_id::text = %(u)s AND u.is_active AND a.since <= %(today)s"
            " AND (a.until IS NULL OR a.until >= %(today)s)",
            {"j": jurisdiction, "u": user, "today": timezone.localdate()},
        )
        row = cursor.fetchone()
    if row is None:
        raise FieldError(_("没有这个人，或者他不在岗，请从名单里选"))
    return str(row[0])
