"""The pages and the API as surfaces; filled in from the routes that the resolver knows."""

from tests.authz.surfaces import Surface
from tests.authz.world import World


def web_surfaces(_world: World) -> dict[str, Surface]:
    return {}
