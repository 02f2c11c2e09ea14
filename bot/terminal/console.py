"""What a command works with: the settings, the operator's language, and where to write."""

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.texts import Texts, msgid
from checks.finding import Language
from config.settings import EmbedderName, Settings, load_settings

if TYPE_CHECKING:
    from bot.service import Touchstone

_TRADITIONAL = ("tw", "hk", "mo", "hant")


class Terminal:
    """One call of the command: everything in it is read when it is first needed, so that `--help` needs nothing."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._given = settings

    @classmethod
    def of(cls, context: typer.Context) -> "Terminal":
        """Return the terminal of a command's context."""
        return context.ensure_object(cls)

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises SettingsError."""
        return self._given or load_settings()

    @cached_property
    def texts(self) -> Texts:
        """The texts in the language of the terminal."""
        return Texts.open(terminal_language())

    @cached_property
    def out(self) -> Console:
        """Standard output."""
        return Console(highlight=False, markup=False, emoji=False, soft_wrap=False)

    def choose_embedder(self, name: EmbedderName | None) -> None:
        """Take another embedder than the settings name; None leaves theirs."""
        if name is not None:
            self.settings = self.settings.model_copy(update={"embedder": name})

    def open(self) -> "Touchstone":
        """Open the application that the settings describe."""
        # The database and the checks take a second to import: help and version do without.
        from bot.service import Touchstone  # noqa: PLC0415

        return Touchstone.open(self.settings)

    def print(self, text: str = "", style: str | None = None) -> None:
        """Write a line of text as it is."""
        self.out.print(text, style=style)


def _choose(context: typer.Context, name: EmbedderName | None) -> None:
    Terminal.of(context).choose_embedder(name)


EmbedderOption = Annotated[
    EmbedderName | None,
    typer.Option("--embedder", help=msgid("Use this embedder in place of the one in the settings."), callback=_choose),
]


def terminal_language() -> Language:
    """Return the language that the environment asks for (LC_ALL, LC_MESSAGES, LANG), English for all others."""
    wanted = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    name = wanted.partition(".")[0].lower()
    if not name.startswith("zh"):
        return "en"
    return "zh-Hant" if any(part in _TRADITIONAL for part in name.replace("-", "_").split("_")) else "zh-Hans"


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"touchstone: {text}\n")
