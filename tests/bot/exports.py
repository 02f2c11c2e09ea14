"""Made-up chat as DiscordChatExporter writes it."""

import json
from pathlib import Path
from typing import Any

SERVER, CHANNEL = "900000000000000001", "900000000000000002"


def message(number: int, text: str, *, is_bot: bool = False, kind: str = "Default") -> dict[str, Any]:
    return {
        "id": str(910000000000000000 + number),
        "type": kind,
        "timestamp": "2025-06-01T10:00:00+00:00",
        "content": text,
        "author": {"id": "920000000000000001", "name": "somebody", "isBot": is_bot, "roles": []},
        "attachments": [],
        "embeds": [],
        "reference": None,
    }


def write_export(folder: Path, *messages: object, **changes: object) -> Path:
    """Write an export with its head and its tail; `changes` replace whole members of it."""
    data: dict[str, object] = {
        "guild": {"id": SERVER, "name": "A harbour", "iconUrl": "https://harbour.example/icon.png"},
        "channel": {"id": CHANNEL, "type": "GuildTextChat", "name": "quay", "topic": None},
        "dateRange": {"after": None, "before": None},
        "messages": list(messages),
        "messageCount": len(messages),
    }
    path = folder / "export.json"
    path.write_text(json.dumps(data | changes, indent=2, ensure_ascii=False), "utf-8")
    return path
