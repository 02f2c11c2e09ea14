"""Runs the Discord bot: `python -m bot`, the same as `touchstone run`."""

import sys

from bot.discord.supervise import run
from config.errors import DatabaseError, TouchstoneError
from config.logging import set_up_logging
from config.settings import load_settings, missing_folder, no_folder


def main() -> int:
    """Run the bot with the settings of the environment; returns 0, or 2 where the operator has to mend something."""
    try:
        settings = load_settings()
        set_up_logging(settings)
        if folder := missing_folder(settings):
            raise DatabaseError(no_folder(folder))
        run(settings)
    except TouchstoneError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
