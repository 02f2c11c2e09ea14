"""The help of all commands in the operator's language."""

from typing import Any

from bot.texts import Texts


def translate_help(command: Any, texts: Texts) -> None:  # noqa: ANN401  typer keeps the classes of its commands to itself
    """Put the texts of the catalogue in place of the English help of a command and of all commands below it."""
    for place in (command, *command.params):
        if getattr(place, "help", None):
            place.help = texts(place.help)
    for child in getattr(command, "commands", {}).values():
        translate_help(child, texts)
