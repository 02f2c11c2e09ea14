"""bot/discord/editor."""
