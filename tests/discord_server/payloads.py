"""The JSON shapes of the loopback Discord: users, servers, channels, messages."""

from typing import Any

BOT_ID = 100
GUILD_ID = 200
CHANNEL_ID = 300
QUIET_CHANNEL_ID = 301
MEMBER_ID = 400
BOT_ROLE_PERMISSIONS = str(1024 | 2048 | 65536 | 64)
TIMESTAMP = "2026-01-01T00:00:00+00:00"


def user(user_id: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    return {"id": str(user_id), "username": name, "discriminator": "0", "global_name": None, "avatar": None, "bot": bot}


def member(user_id: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    return {**bare_member(), "user": user(user_id, name, bot=bot)}


def bare_member() -> dict[str, Any]:
    return {"roles": [], "joined_at": TIMESTAMP, "deaf": False, "mute": False, "flags": 0}


def channel(channel_id: int, name: str) -> dict[str, Any]:
    return {
        "id": str(channel_id),
        "type": 0,
        "name": name,
        "guild_id": str(GUILD_ID),
        "position": 0,
        "permission_overwrites": [],
    }


def guild() -> dict[str, Any]:
    everyone = {
        "id": str(GUILD_ID),
        "name": "@everyone",
        "permissions": BOT_ROLE_PERMISSIONS,
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    return {
        "id": str(GUILD_ID),
        "name": "Loopback",
        "owner_id": "1",
        "roles": [everyone],
        "emojis": [],
        "features": [],
        "channels": [channel(CHANNEL_ID, "general"), channel(QUIET_CHANNEL_ID, "quiet")],
        "members": [member(BOT_ID, "touchstone", bot=True)],
        "member_count": 2,
        "large": False,
        "unavailable": False,
        "preferred_locale": "en-US",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
        "threads": [],
        "stickers": [],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "afk_timeout": 0,
        "afk_channel_id": None,
        "application_id": None,
        "icon": None,
        "splash": None,
        "banner": None,
    }


def message(
    message_id: int, content: str, author: dict[str, Any], channel_id: int = CHANNEL_ID, **fields
) -> dict[str, Any]:
    return {
        "id": str(message_id),
        "channel_id": str(channel_id),
        "guild_id": str(GUILD_ID),
        "author": author,
        "member": bare_member(),
        "content": content,
        "timestamp": TIMESTAMP,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "components": [],
        "flags": 0,
        **fields,
    }


def ready(gateway: str, session: str) -> dict[str, Any]:
    return {
        "v": 10,
        "user": user(BOT_ID, "touchstone", bot=True),
        "session_id": session,
        "resume_gateway_url": gateway,
        "guilds": [{"id": str(GUILD_ID), "unavailable": True}],
        "application": {"id": str(BOT_ID), "flags": 1 << 19},
        "shard": [0, 1],
    }


def application() -> dict[str, Any]:
    return {
        "id": str(BOT_ID),
        "name": "touchstone",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": user(1, "owner"),
        "team": None,
        "flags": 1 << 19,
        "hook": True,
        "summary": "",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
    }


def submitted(form: str, token: str, **typed: str) -> dict[str, Any]:
    """A form that a member hands in."""
    fields = [
        {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": k, "value": v}} for k, v in typed.items()
    ]
    return {
        "id": "9001",
        "application_id": str(BOT_ID),
        "type": 5,
        "token": token,
        "version": 1,
        "guild_id": str(GUILD_ID),
        "channel_id": str(CHANNEL_ID),
        "channel": channel(CHANNEL_ID, "general"),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {},
        "context": 0,
        "attachment_size_limit": 1,
        "app_permissions": BOT_ROLE_PERMISSIONS,
        "member": {**member(MEMBER_ID, "alice"), "permissions": BOT_ROLE_PERMISSIONS},
        "data": {"custom_id": form, "components": fields},
    }
