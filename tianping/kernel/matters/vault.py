"""Sealed values: where the key tree and the sealed rows meet."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from tianping.kernel.parties.blind import Kind, blind
from tianping.kernel.parties.keys import KeyStore
from tianping.kernel.parties.seal import Sealed, open_field, seal_field

if TYPE_CHECKING:
    from tianping.kernel.matters.body import SealedRow


class Vault:
    """Seals and opens the personal values of entries under the keys of the agency that holds the matter."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self._blind: dict[str, bytes] = {}

    def seal(self, path: str, entry: UUID, name: str, concept: str, text: str, salt: bytes) -> "SealedRow":
        from tianping.kernel.matters.body import SealedRow  # noqa: PLC0415  # body seals through this module

        kek_id, kek = self.store.kek(path)
        made = seal_field(text, salt, kek_id=kek_id, kek=kek, entry_id=entry, field=name)
        return SealedRow(name, concept, kek_id, made.seed, made.blob)

    def open(self, entry: UUID, name: str, kek_id: str, seed: bytes, blob: bytes) -> tuple[str, bytes]:
        """The value and its salt. Raises KeyNotHeld where this installation may not open it."""
        kek = self.store.kek_of(kek_id)
        return open_field(Sealed(bytes(seed), bytes(blob)), kek_id=kek_id, kek=kek, entry_id=entry, field=name)

    def blind(self, kind: Kind, normal: str) -> bytes:
        return blind(kind, normal, self.key(kind))

    def key(self, kind: str) -> bytes:
        """The blind key of this kind, derived once."""
        if kind not in self._blind:
            self._blind[kind] = self.store.blind_key(kind)
        return self._blind[kind]


@lru_cache(maxsize=4)
def _vault(folder: Path) -> Vault:
    return Vault(KeyStore(folder))


def vault() -> Vault:
    """The vault over the key folder of this installation (`TIANPING_KEYS`)."""
    return _vault(settings.KEY_FOLDER)
