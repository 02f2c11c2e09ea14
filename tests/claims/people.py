"""The people of two servers, and a base with a pack that both see."""

from pathlib import Path

from claims.base import ClaimBase
from claims.exchange.importing import load_pack
from claims.moderation.rights import Actor
from claims.moderation.server_setup import ServerSetup
from tests.claims.packs import claim_data, pack_data, write_pack

HERE, THERE = 1_300_000_000_000_000_001, 1_300_000_000_000_000_002
MOD_ROLE = 55
MEMBER = Actor(10, HERE, role_ids=(54,))
MODERATOR = Actor(20, HERE, role_ids=(54, MOD_ROLE))
SECOND = Actor(21, HERE, role_ids=(MOD_ROLE,))
MANAGER = Actor(30, HERE, can_manage_server=True)
ADMINISTRATOR = Actor(40, HERE, is_administrator=True)
STRANGER = Actor(50, THERE, is_administrator=True, can_manage_server=True, role_ids=(MOD_ROLE,))
OPERATOR = Actor.operator()
CLAIM = "silver-server"


def administrator(server: int) -> Actor:
    """Return somebody who administrates a server."""
    return Actor(ADMINISTRATOR.user_id, server, is_administrator=True)


def settled(base: ClaimBase, folder: Path) -> ClaimBase:
    """Load a pack of two claims, and choose the moderators' role in the first server."""
    load_pack(base, write_pack(folder, pack_data(claim_data(CLAIM), claim_data("bubble"))))
    ServerSetup(base).change(ADMINISTRATOR, moderator_roles=(MOD_ROLE,))
    return base
