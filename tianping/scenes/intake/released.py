"""Digests of the released versions. A released version never changes; a change is a new version."""

RELEASED: dict[str, str] = {}
