"""The Discord bot over simcord: every path that a member or a moderator can take."""
