"""Hostile inputs by the million, each told by a kind and a number: the same number always makes the same input.

Whatever comes in is read or refused in words; any other exception is a finding.
"""

import asyncio
import contextlib
import io
import json
import random
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pytest

from bot.chat_export import read_export
from bot.discord.forms import FormName
from bot.discord.routes import Route, number_in
from bot.terminal.app import main
from checks.checker import Checker
from checks.lexicon import Lexicon
from claims.base import ClaimBase
from claims.documents.cleaning import CleaningRules
from claims.documents.intake import IntakeReader
from claims.documents.worthiness import CandidateCues
from claims.exchange.claimreview import write_reviews
from claims.exchange.formats import FORMATS, SUFFIXES, ExportedClaim, ExportedPack, read_contents
from claims.exchange.importing import read_import_bytes
from claims.exchange.reading import write_yaml
from claims.exchange.sheet import write_sheet
from claims.fields import LINE, clean_text
from claims.moderation import edits
from claims.moderation.citations import Sources
from claims.record import ClaimRecord
from config.errors import DocumentRefusedError, ExportError, ImportRefusedError, InvalidEditError, UnknownEntryError
from config.languages import ByLanguage
from tests.bot.discord.rights_table import OPEN_TO_ALL, USES
from tests.bot.exports import CHANNEL, SERVER
from tests.templates import Templates

TODAY = date(2026, 2, 1)
# How much of a run each kind gets: what is quick gets more.
SHARES: Mapping[str, int] = {
    "chat": 300, "ids": 400, "forms": 120, "imports": 80, "history": 60, "documents": 20, "exports": 12, "commands": 8,
}  # fmt: skip

_SIGNS = "\ud83d\udc00銀٣½﷽ﬀİẞ\0\r\n\\{}%\u202e\ufeff\u200d\U000e0001'\"`|~:;,<>[]()@#*_-–…。，“”「」\x1b\x85\u2028\t "
_PIECES = (
    "白银", "二万亿", "1e400", "9" * 4_301, "0x1F", "-0", "1/0", "NaN", "null", "2026-13-45", "0000-00-00", "٣٤",
    "kg", "USD/oz", "every H100 server has 5 kg of silver inside", "not", "不", "是假的", "```", "||", "> ", "<@1>",
    "@everyone",
    "[x](https://x.example/)", "https://a@b:99999/", "=1+1", "+1", "@x", "{0}", "{name}", "%s", "%(x)d",
    "!!python/object", "&a", "*a", "---\n", "- ", ": ", "claim,row\n", "<script>", "<!--", "]]>", "&#x1F;",
    "&#1114112;", "\\ud800",
    "e" + "\u0301" * 60, "a" * 300, "(" * 60, " " * 200, "\n" * 60, "1 2.5 3,000 " * 20, "AI is a bubble", "crane",
)  # fmt: skip


def text_of(dice: random.Random, most: int = 12) -> str:
    """Return a text of pieces that have broken programs, single signs, and any characters at all."""
    parts: list[str] = []
    for _ in range(dice.randrange(most)):
        match dice.randrange(4):
            case 0:
                parts.append(dice.choice(_PIECES))
            case 1:
                parts.append(dice.choice(_SIGNS))
            case 2:
                parts.append(
                    chr(dice.choice((dice.randrange(0x80), dice.randrange(0x3000, 0xA000), dice.randrange(0x110000))))
                )
            case _:
                parts.append("".join(dice.choices("abcdefghij 0123456789.,", k=dice.randrange(1, 12))))
    return dice.choice(("", "", " ")).join(parts)


def mutated(dice: random.Random, text: str, most: int = 4) -> str:
    """Return a sound text with some of it cut out, doubled, moved or replaced."""
    for _ in range(dice.randrange(1, most + 1)):
        start = dice.randrange(len(text) + 1)
        end = min(len(text), start + dice.choice((0, 1, 1, 3, 10, 60)))
        part = dice.choice(("", text[start:end] * 2, text_of(dice, 3), dice.choice(_SIGNS), dice.choice(_PIECES)))
        text = text[:start] + part + text[end:]
    return text


@dataclass(frozen=True)
class Finding:
    """An input that was neither read nor refused: its kind and number, and where that failed."""

    kind: str
    number: int
    fault: str

    def __str__(self) -> str:
        again = f"python -m tests.fuzz {self.kind} --from {self.number} --count 1"
        return f"{self.kind} {self.number}: {self.fault}\n  again: {again}"


class Masses:
    """All that inputs are thrown at, built once."""

    def __init__(self, folder: Path) -> None:
        self._stack = ExitStack()
        self._folder = folder
        self.address = Templates(folder / "templates").copy("harbour", folder / "fuzzed.db")
        self.base = self._stack.enter_context(ClaimBase.open(self.address))
        self.kinds: Mapping[str, Callable[[random.Random], None]] = {name: getattr(self, f"_{name}") for name in SHARES}

    def close(self) -> None:
        """Close the base."""
        self._stack.close()

    def run(self, kind: str, numbers: range) -> Iterator[Finding]:
        """Throw inputs of these numbers; yield one finding for each place that fails."""
        seen: set[str] = set()
        for number in numbers:
            try:
                self.kinds[kind](random.Random(f"{kind} {number}"))
            except Exception as error:  # noqa: BLE001  whatever comes is a finding
                last = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{type(error).__name__} at {last.filename}:{last.lineno}"
                if place not in seen:
                    seen.add(place)
                    yield Finding(kind, number, f"{place}: {str(error)[:200]!r}")

    @cached_property
    def _contents(self) -> tuple[ExportedPack, ...]:
        return read_contents(self.base, None)

    @cached_property
    def _claims(self) -> tuple[ClaimRecord, ...]:
        return tuple(self.base.claims())

    @cached_property
    def _checker(self) -> Checker:
        return Checker([claim.known for claim in self._claims], self._lexicon)

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon.load()

    @cached_property
    def _files(self) -> Mapping[str, str]:
        """Sound files, by the ending of each format."""
        writers = {"yaml": write_yaml, "csv": write_sheet, "claimreview": write_reviews}
        return {SUFFIXES[form]: "".join(writers[form](self._contents)) for form in FORMATS}

    @cached_property
    def _routes(self) -> tuple[Route, ...]:
        from bot.discord.app import create_bot
        from bot.discord.routes import Router
        from config.settings import Settings

        async def made() -> tuple[Route, ...]:
            bot = create_bot(Settings(shard_count=1, database_url=self.address))
            return next(part for part in bot.parts if isinstance(part, Router)).routes

        return asyncio.run(made())

    @cached_property
    def _intake(self) -> IntakeReader:
        folder = self._lexicon.folder
        return IntakeReader(CleaningRules.load(CandidateCues.load().ends, folder.fold), folder.script_of)

    def _chat(self, dice: random.Random) -> None:
        text = text_of(dice)
        if dice.randrange(4) == 0:
            wording = dice.choice(dice.choice(self._claims).wordings)
            text = mutated(dice, f"{text} {wording.text} {text_of(dice, 4)}")
        assert len(self._checker.check(text).matches) <= 3

    def _ids(self, dice: random.Random) -> None:
        known = [*(use.custom_id for use in USES), *OPEN_TO_ALL]
        custom_id = mutated(dice, dice.choice(known)) if dice.randrange(3) else text_of(dice)
        read = [parts for route in self._routes if (parts := route.read(custom_id)) is not None]
        assert len(read) <= 1, custom_id
        assert str(FormName.read(custom_id))
        with suppress(UnknownEntryError):
            assert number_in(custom_id.rpartition(":")[2]) < 2**63

    def _forms(self, dice: random.Random) -> None:
        def typed() -> str:
            return text_of(dice, 8)

        def texts() -> dict[str, str]:
            return {language: typed() for language in ("en", "zh")}

        place = dice.choice((None, 0, 1, 99, -1))
        edit = dice.choice(
            (
                lambda: edits.EditTexts(texts(), dice.choice((None, typed(), "contested")), typed(), typed()),
                lambda: edits.SetStatus(dice.choice((typed(), "published"))),
                lambda: edits.AddWordings("\n".join(typed() for _ in range(3)), dice.choice(("says", typed()))),
                lambda: edits.EditWordings({dice.choice(("en", "denials_zh", "not_en")): typed()}),
                lambda: edits.RemoveWordings((typed(),)),
                lambda: edits.EditPoint(
                    place, dice.choice((None, typed(), "refutes")), texts(), typed(), texts(), typed(), typed()
                ),
                lambda: edits.EditFigure(
                    mutated(dice, "1.5–2 Mio"),
                    mutated(dice, "USD/oz"),
                    dice.choice(("exactly", typed())),
                    typed(),
                    texts(),
                    place,
                ),
                lambda: edits.RemovePoint(place or 0),
                lambda: edits.RemoveFigure(place or 0),
            )
        )()
        with suppress(InvalidEditError), self.base.database.reading() as session:
            changed = edit.apply(dice.choice(self._claims), Sources(session, None))
            "".join([*changed.known.title.values(), *(each.text for each in changed.known.wordings)]).encode()

    def _imports(self, dice: random.Random) -> None:
        ending, sound = dice.choice([*self._files.items()])
        # A piece of a sound file, so that a thousand of them take seconds.
        start = dice.choice((0, 0, dice.randrange(len(sound))))
        text = mutated(dice, sound[start : start + 2_000]) if dice.randrange(4) else text_of(dice, 40)
        raw = text.encode(dice.choice(("utf-8", "utf-8", "utf-16")), "surrogatepass")
        if dice.randrange(8) == 0:
            raw += bytes(dice.randrange(256) for _ in range(8))
        with suppress(ImportRefusedError):
            read_import_bytes(f"claims{dice.choice((ending, '', '.html'))}", raw, TODAY)

    def _exports(self, dice: random.Random) -> None:
        """Write claims whose texts are hostile, and read each of them back."""
        pack = self._contents[0]
        claim = dice.choice(pack.claims)
        clean = [text for text in (clean_text(text_of(dice))[:LINE].strip() for _ in range(6)) if text] or ["x"]
        said = replace(claim.record, title=ByLanguage(en=dice.choice(clean), zh=dice.choice(clean)))
        one = replace(pack, claims=(ExportedClaim(said, claim.state, as_loaded=False),))
        for ending, write in ((".yaml", write_yaml), (".csv", write_sheet)):
            text = "".join(write((one,)))
            (back,) = read_import_bytes(f"claims{ending}", text.encode("utf-8"), TODAY).packs[0].claims
            assert back.record.title == said.title, (ending, said.title)
        "".join(write_reviews((one,))).encode("utf-8")

    def _history(self, dice: random.Random) -> None:
        """Read chat of an export that is broken in some place."""
        rows = [
            {"id": str(number), "type": dice.choice(("Default", "Reply", text_of(dice, 2))), "content": text_of(dice),
             "author": dice.choice(({"isBot": False}, {}, None, text_of(dice, 2)))}
            for number in range(dice.randrange(4))
        ]  # fmt: skip
        whole = {"guild": {"id": SERVER}, "channel": {"id": CHANNEL}, "messages": rows}
        text = json.dumps(whole, ensure_ascii=dice.random() < 0.5)
        raw = (mutated(dice, text) if dice.randrange(3) else text).encode("utf-8", "surrogatepass")
        path = self._folder / "history.json"
        path.write_bytes(raw[: dice.choice((len(raw), dice.randrange(len(raw) + 1)))])
        with suppress(ExportError):
            for message in read_export(path, lambda _bytes: None):
                message.text.encode("utf-8")

    def _documents(self, dice: random.Random) -> None:
        time = "1\n00:00:01,000 --> 00:00:02,000\n"
        lead = dice.choice(("", "<html><body><p>", "# ", time, "WEBVTT\n\n", "%PDF-1.7\n"))
        text = lead + mutated(dice, " ".join(text_of(dice) for _ in range(8)))
        raw = text.encode(dice.choice(("utf-8", "utf-16", "gb18030")), "replace")
        with suppress(DocumentRefusedError):
            found = self._intake.read(raw, dice.choice(("", "a.html", "a.srt", text_of(dice, 2))))
            assert found.sha256

    def _commands(self, dice: random.Random) -> None:
        words = "check claims list show import export documents packs doctor evaluate backtest history messages chat"
        options = "--json --jsonl --card discord --server --help --out --yes --format csv - -- -1 --embedder none"
        known = [*words.split(), *options.split()]
        arguments = [dice.choice(known) if dice.randrange(3) else text_of(dice, 4) for _ in range(dice.randrange(1, 6))]
        if arguments[0] in {"run", "demo"} or "http" in " ".join(arguments):
            return
        typed = io.TextIOWrapper(io.BytesIO(text_of(dice).encode("utf-8", "surrogatepass")), "utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", typed)
            patch.setattr(sys, "stdout", _stream())
            patch.setattr(sys, "stderr", _stream())
            patch.setenv("TOUCHSTONE_DATABASE_URL", self.address)
            patch.chdir(self._folder)
            try:
                main(arguments)
            except SystemExit as left:
                assert left.code in {None, 0, 1, 2, 130}, arguments  # noqa: PT017


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")


@contextlib.contextmanager
def opened(folder: Path | None = None) -> Iterator[Masses]:
    """Yield the targets, in a folder that goes with them unless one is given."""
    with ExitStack() as stack:
        masses = Masses(folder or Path(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.callback(masses.close)
        yield masses


def shared_out(count: int) -> dict[str, int]:
    """Return how many inputs of each kind a run of so many has: at least one each, `count` in all."""
    whole = sum(SHARES.values())
    shares = {kind: max(1, count * share // whole) for kind, share in SHARES.items()}
    shares["ids"] += count - sum(shares.values())
    return shares


# What is known of a message of a traceback, without the folder that it ran in.
_FOLDER = re.compile(r"\S*/(?=(?:bot|checks|claims|config|tests)/)")


def shown(finding: Finding) -> str:
    """Return a finding in words."""
    return _FOLDER.sub("", str(finding))
