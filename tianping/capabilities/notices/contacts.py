"""How those who work here are reached: one mobile number each, sealed, opened only to send a message.

The security administrator writes it and never reads it back; the record of changes says that it changed, not what it is.
"""

from typing import Final
from uuid import UUID

from django.db import connection

from tianping.kernel.agencies.administer import SECURITY, need, note_change, wrong
from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _
from tianping.kernel.matters.vault import vault
from tianping.kernel.parties.identifiers import IdentifierError, normalise_phone
from tianping.kernel.parties.seal import Sealed, field_aad, reseal, seal, unseal
from tianping.kernel.service import Actor, acting, home, system_actor

FIELD: Final = "staff_phone"
_PERSON = "SELECT name FROM account WHERE jurisdiction = %s AND id = %s AND kind = 'staff'"
_PUT = """INSERT INTO staff_contact (jurisdiction, user_id, kek, seed, blob, changed_at)
 VALUES (%(j)s, %(user)s, %(kek)s, %(seed)s, %(blob)s, clock_timestamp())
 ON CONFLICT (jurisdiction, user_id) DO UPDATE SET kek = excluded.kek, seed = excluded.seed, blob = excluded.blob,
   changed_at = excluded.changed_at"""
_TAKE_AWAY = "DELETE FROM staff_contact WHERE jurisdiction = %s AND user_id = %s"
_ONE = "SELECT kek, seed, blob FROM staff_contact WHERE jurisdiction = %s AND user_id = %s"


def set_phone(actor: Actor, user: UUID, phone: str) -> bool:
    """Write the mobile number, or with "" take it away. True when anything changed. Raises RefusedError.

    Inside a transaction of the caller's own `acting` or without one.
    """
    need(actor, SECURITY)
    number = _mobile(phone) if phone.strip() else ""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(_PERSON, [actor.jurisdiction, user])
        person = cursor.fetchone()
        if person is None:
            raise RefusedError(_("没有这个人"), "unknown")
        cursor.execute(_ONE, [actor.jurisdiction, user])
        row = cursor.fetchone()
        if (_open(user, *row) if row else "") == number:
            return False
        if number:
            kek_id, kek = vault().store.kek(home(actor.jurisdiction).root)
            sealed = seal(number.encode(), kek_id=kek_id, kek=kek, aad=field_aad(user, FIELD))
            cursor.execute(
                _PUT, {"j": actor.jurisdiction, "user": user, "kek": kek_id, "seed": sealed.seed, "blob": sealed.blob}
            )
        else:
            cursor.execute(_TAKE_AWAY, [actor.jurisdiction, user])
        note_change(actor, "person.phone", person[0], {"phone": row is not None}, {"phone": bool(number)})
    return True


def _mobile(phone: str) -> str:
    try:
        number = normalise_phone(phone)
    except IdentifierError as error:
        raise wrong("phone", str(error)) from error
    if number.startswith("0"):
        raise wrong("phone", _("座机收不到短信，请写手机号"))
    return number


def with_phone(jurisdiction: str) -> frozenset[UUID]:
    """Who has a number, inside the caller's `acting`; nobody to those who may not know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM staff_contact WHERE jurisdiction = %s", [jurisdiction])
        return frozenset(row[0] for row in cursor.fetchall())


def phone_of(jurisdiction: str, user: UUID) -> str:
    """The number to send a message to, or "". Inside `acting` of the system."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [jurisdiction, user])
        row = cursor.fetchone()
    return _open(user, *row) if row else ""


def _open(user: UUID, kek_id: str, seed: bytes, blob: bytes) -> str:
    kek = vault().store.kek_of(kek_id)
    sealed = Sealed(bytes(seed), bytes(blob))
    return unseal(sealed, kek_id=kek_id, kek=kek, aad=field_aad(user, FIELD)).decode()


def reseal_phones(jurisdiction: str) -> int:
    """Move every number to the newest key, after a rotation; may be run again at any time. How many moved."""
    store, moved = vault().store, 0
    new = store.kek(home(jurisdiction).root)
    with acting(system_actor(jurisdiction, "keys")), connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, kek, seed, blob FROM staff_contact WHERE jurisdiction = %s AND kek <> %s FOR UPDATE",
            [jurisdiction, new[0]],
        )
        for user, kek_id, seed, blob in cursor.fetchall():
            old = (kek_id, store.kek_of(kek_id))
            made = reseal(Sealed(bytes(seed), bytes(blob)), old=old, new=new, aad=field_aad(user, FIELD))
            cursor.execute(_PUT, {"j": jurisdiction, "user": user, "kek": new[0], "seed": made.seed, "blob": made.blob})
            moved += 1
    return moved
