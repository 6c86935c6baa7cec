"""Keeps the index of words: a reader of the feed."""

from collections.abc import Iterable
from uuid import UUID

from tianping.capabilities.search.indexing import index
from tianping.kernel.matters.readers.cursor import Reader


class SearchReader(Reader):
    name = "search"

    def handle(self, jurisdiction: str, matters: Iterable[UUID]) -> None:
        index(jurisdiction, matters)
