"""The moderators' queue in Discord: how things come in, and one click that decides them."""
