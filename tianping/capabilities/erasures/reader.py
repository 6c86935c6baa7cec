"""Writes each erasure to the register outside the database, as soon as the feed tells of it."""

from django.conf import settings

from tianping.capabilities.erasures.register import add, registered
from tianping.kernel.matters.readers.cursor import Batch, Reader


class ErasureRegister(Reader):
    """A batch that is read again after a kill adds nothing: each line knows itself by its id."""

    name = "erasures"

    def read(self, batch: Batch) -> None:
        if lines := registered(batch.jurisdiction, [row.entry for row in batch.rows]):
            add(settings.ERASURE_REGISTER, lines)
