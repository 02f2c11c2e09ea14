"""What a command works with: the settings, the operator's language, and where to write."""

import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, OverflowMethod, RenderableType
from rich.containers import Lines
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

from bot import Stop
from bot.reply import PointLine, Reply, ReplyEntry, SourceLine
from bot.texts import Texts, msgid
from config.errors import DatabaseError, SettingsError, SiteError, Worded
from config.languages import Language, terminal_language
from config.named_files import STANDARD
from config.settings import EmbedderName, Settings, load_settings, missing_folder, no_folder

if TYPE_CHECKING:
    from bot.service import Touchstone


BAD_INPUT = 2
# What a shell expects of a program that Ctrl-C has ended.
STOPPED = 130


@dataclass(frozen=True, slots=True)
class LineError:
    """A line of input that cannot be used; `number` counts from 1, and `fault` can be said in other languages."""

    number: int
    fault: Worded


# What must stay together: a wide character with the marks that follow it, or a word with its spaces.
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_CLOSING = "\u3001\u3002\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09\u300b\u300d\u300f\u3011\u201d\u2019,.;:!?)"
_PIECES = re.compile(rf"[{_WIDE}][{re.escape(_CLOSING)}]*\s*|[^\s{_WIDE}]+\s*|\s+")


class FlowingText(Text):
    """Text that breaks between Chinese characters as well as between words."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """Return the lines at a width, counted in cells."""
        del console, justify, overflow, tab_size, no_wrap
        lines = Lines()
        for line in self.split(allow_blank=True):
            lines.extend(line.divide(list(breaks(line.plain, width))))
        for line in lines:
            line.rstrip_end(width)
        return lines


def breaks(text: str, width: int) -> Iterator[int]:
    """Yield the positions at which new lines begin; a word longer than a line is cut."""
    used = 0
    for piece in _PIECES.finditer(text):
        shown = cell_len(piece[0].rstrip())
        if used and used + shown > width:
            yield piece.start()
            used = 0
        for position in range(piece.start(), piece.end()):
            cells = cell_len(text[position])
            if used + cells > width and text[position] != " ":
                yield position
                used = 0
            used += cells


# What commands a terminal, which no text that somebody else has written may do: a line and a tab are all it needs.
_COMMANDS = dict.fromkeys({*range(32), *range(127, 160)} - {ord("\n"), ord("\t")}, "\ufffd")


class PlainConsole(Console):
    """Shows what a text is made of, and never lets it command the terminal, as ESC in a message or a name would."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the segments; those that are meant for the terminal itself are rich's own."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
                continue
            style = segment.style
            if style and style.link and style.link != style.link.translate(_COMMANDS):
                style = style.update_link(None)
            yield segment._replace(text=segment.text.translate(_COMMANDS), style=style)


ACCENT = "dark_goldenrod"
WIDTH = 96


def draw_card(reply: Reply, texts: Texts) -> RenderableType:
    """Return the card of a reply; `texts` is the catalogue of the reply's language."""
    parts: list[RenderableType] = []
    for entry in reply.entries:
        parts += [*_entry(entry, texts), Text("")]
    parts += _sources(reply.sources, texts)
    if reply.note:
        parts += [Text(""), FlowingText(reply.note, style="italic")]
    return Panel(
        Group(*parts), title=Text(reply.title), title_align="left", border_style=ACCENT, padding=(1, 2), width=WIDTH
    )


def _entry(entry: ReplyEntry, texts: Texts) -> Iterator[RenderableType]:
    yield FlowingText(entry.heading, style=f"bold link {entry.page}" if entry.page else "bold")
    yield FlowingText.assemble((entry.kind_line, "italic"), "  ", (entry.age_line, "dim"))
    for line in entry.figure_lines:
        yield FlowingText(line, style=f"bold {ACCENT}")
    for point in entry.points:
        yield Text("")
        yield from _point(point, texts)


def _point(point: PointLine, texts: Texts) -> Iterator[RenderableType]:
    numbers = "".join(f"[{number}]" for number in point.source_numbers)
    origin = texts.listed(part for part in (point.speaker, point.date) if part)
    yield FlowingText.assemble((f"{point.label}  ", f"bold {ACCENT}"), point.text)
    yield Padding(FlowingText(f"— {origin}  {numbers}", style="dim"), (0, 0, 0, 2))


def _sources(sources: tuple[SourceLine, ...], texts: Texts) -> Iterator[RenderableType]:
    if sources:
        yield Text(texts("Sources"), style="bold")
    for _, cited in groupby(sources, key=lambda source: source.document):
        places = list(cited)
        yield from _document(places[0])
        for source in places:
            yield Padding(_place(source), (0, 0, 0, 2))


def _document(source: SourceLine) -> Iterator[Text]:
    rest = " · ".join(part for part in (source.publisher, source.date, source.language, source.note) if part)
    yield FlowingText.assemble(source.title, (f"  {rest}", "dim"))
    if source.address:
        yield Text(source.address.partition(":~:text=")[0].rstrip("#"), style=f"dim link {source.address}")


def _place(source: SourceLine) -> Text:
    """Return the number and the place; a terminal that knows links opens the page at the passage."""
    return Text.assemble(
        (f"[{source.number}] ", ACCENT), (source.place, f"link {source.address}" if source.address else "")
    )


class Terminal:
    """One call of the command: everything in it is read when it is first needed, so that `--help` needs nothing."""

    def __init__(self, settings: Settings | None = None, stop: Stop | None = None) -> None:
        self._given = settings
        self.stop = stop or Stop()

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
        return Texts.open(operator_language())

    @cached_property
    def out(self) -> Console:
        """Standard output, for people."""
        return PlainConsole(highlight=False, markup=False, emoji=False, soft_wrap=False)

    def choose_embedder(self, name: EmbedderName | None) -> None:
        """Take another embedder than the settings name; None leaves theirs."""
        if name is not None:
            self.settings = self.settings.model_copy(update={"embedder": name})

    def publish_at(self, address: str) -> None:
        """Take another address for the site than the settings name; raises SiteError, and SettingsError for those."""
        settings = self.settings
        try:
            checked = load_settings(public_url=address).public_url
        except SettingsError as error:
            fault = msgid("--url: {address} is no address of a site. Write it as https://…, without ? and #.")
            raise SiteError(fault, address=address) from error
        self.settings = settings.model_copy(update={"public_url": checked})

    def speak_aside(self) -> None:
        """From now on write what is for people to standard error: what goes to standard output is for a program."""
        self.out = PlainConsole(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=False)

    def open(self) -> "Touchstone":
        """Open the application that the settings describe; asks before a folder is made for its base."""
        self.agree_to_folder(self.settings.database_url)
        with self.stop.importing("bot.service"):
            # The database and the checks take a second to import: help and version do without.
            from bot.service import Touchstone  # noqa: PLC0415
        touchstone = Touchstone.open(self.settings)
        if said := touchstone.base.upgraded:
            self.hint(str(self.texts.say(said)))
        return touchstone

    def agree_to_folder(self, address: str) -> None:
        """Ask whether a missing folder of a base is to be made; raises DatabaseError where nobody says yes."""
        folder = missing_folder(address)
        if folder is None:
            return
        question = self.texts("There is no folder {folder}. Make it, with a new claim base in it?", folder=folder)
        if not is_agreed(question):
            raise DatabaseError(no_folder(folder))

    def figures_to(self, out: Path | None, *, as_json: bool) -> Callable[[object], None]:
        """Return what writes figures as JSON; where they go to standard output, nothing else goes there any more."""
        is_standard = as_json or out == STANDARD
        if is_standard:
            self.out = Console(quiet=True)

        def write(figures: object) -> None:
            data = (json.dumps(figures, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
            if is_standard:
                self.keep(STANDARD, data, "--out")
            if out is not None and out != STANDARD:
                self.keep(out, data, "--out")

        return write

    def keep(self, file: Path, data: bytes, option: str) -> bool:
        """Write to a file that an option has named, and return whether it is one, and not standard output."""
        if file == STANDARD:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return False
        with self.writing(file, option):
            put(file, [data])
        return True

    @contextmanager
    def writing(self, path: Path | None, option: str | None = None) -> Iterator[None]:
        """Lay it to the option that has named the file where this cannot be written; raises BadParameter."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = self.texts("{path} cannot be written ({reason}).", path=path, reason=reason)
            raise typer.BadParameter(message, param_hint=option) from error

    def waiting(self) -> Status:
        """Show beside standard output, while the body runs, that something is under way; away from a terminal not."""
        return Console(stderr=True).status(self.texts("Reading"))

    def hint(self, text: str) -> None:
        """Write a line to whoever sits there, beside standard output."""
        PlainConsole(stderr=True, highlight=False, markup=False).print(text, style="dim")

    def print(self, text: str = "", style: str | None = None) -> None:
        """Write a line of text as it is; for a file or another program it stays one line, however long."""
        if self.out.is_terminal:
            self.out.print(FlowingText(text), style=style)
        else:
            self.out.print(text, style=style, soft_wrap=True)

    def list(self, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        """Write a line a row: first an id, which is never cut, last what may be; whole and without headings in a pipe.

        All but the last are as narrow as they can be.
        """
        if self.out.is_terminal:
            self.out.print(*aligned([headings, *rows], self.out.width), sep="\n", soft_wrap=True)
            return
        self.keep(STANDARD, "".join(f"{line}\n" for line in aligned(rows)).encode("utf-8", "replace"), "")


_TITLE_LEAST = 12


def aligned(rows: Sequence[tuple[str, ...]], width: int | None = None) -> list[str]:
    """Return the rows as lines with aligned columns, numbers to the right; at a width the last column is cut."""
    columns = list(zip(*rows, strict=True))[:-1]
    sizes = [max(map(cell_len, column)) for column in columns]
    if sizes and width is not None:
        # One long id must not push the titles of all others out of sight.
        sizes[0] = min(sizes[0], max(width // 2, 8))
    counts = [column[-1].isdigit() for column in columns]
    lines: list[str] = []
    for *cells, last in rows:
        parts = (
            " " * (size - cell_len(cell)) + cell if is_count else set_cell_size(cell, max(size, cell_len(cell)))
            for cell, size, is_count in zip(cells, sizes, counts, strict=True)
        )
        start = "".join(f"{part}  " for part in parts)
        room = None if width is None else width - cell_len(start)
        if room is not None and cell_len(last) > room:
            last = set_cell_size(last, room - 1).rstrip() + "…" if room >= _TITLE_LEAST else ""  # noqa: PLW2901
        lines.append((start + last).rstrip())
    return lines


def put(file: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the file and put it in its place at the end, so that no half file stays behind; raises OSError."""
    if file.exists() and not file.is_file():
        # A device or a pipe, such as a shell makes of `>(...)`: nothing may be put in its place.
        with file.open("wb") as opened:
            opened.writelines(pieces)
        return
    target = file.resolve()
    temporary = target.with_name(f".{secrets.token_hex(6)}.new")
    try:
        with temporary.open("xb") as opened:
            opened.writelines(pieces)
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def is_somebody_there() -> bool:
    """Tell whether a person sits at standard input."""
    return sys.stdin.isatty()


def is_agreed(question: str) -> bool:
    """Ask whoever sits at standard input, beside what goes to standard output; where nobody does, it is a no."""
    with redirect_stdout(sys.stderr):
        return is_somebody_there() and typer.confirm(question)


def _choose(context: typer.Context, name: EmbedderName | None) -> None:
    Terminal.of(context).choose_embedder(name)


EmbedderOption = Annotated[
    EmbedderName | None,
    typer.Option("--embedder", help=msgid("Use this embedder in place of the one in the settings."), callback=_choose),
]


def server_option(about: str) -> Any:  # noqa: ANN401  as the library types its options
    """Declare the option that names a Discord server, with what it means for a command."""
    return typer.Option("--server", metavar="ID", min=1, help=about, show_default=False)


_SERVER = msgid("The claims as one Discord server sees them, by its id.")
_PROCESSES = msgid("How many processes check; without it, as many as there are processors where the files are large.")
_SCHEDULER = msgid("Check on the Dask cluster of this scheduler, which gets the messages. Needs the extra `cluster`.")
_WORK = msgid("Keep here what was found in each file, without any text: a run that ended early goes on.")

JsonOption = Annotated[bool, typer.Option("--json", help=msgid("Print JSON."))]
ServerOption = Annotated[int | None, server_option(_SERVER)]
ProcessesOption = Annotated[int | None, typer.Option("--processes", min=1, max=512, help=_PROCESSES)]
SchedulerOption = Annotated[str | None, typer.Option("--scheduler", metavar="ADDRESS", help=_SCHEDULER)]
WorkOption = Annotated[Path | None, typer.Option("--work", metavar="FILE", help=_WORK, dir_okay=False)]


@dataclass(slots=True)
class ReadingBar:
    """A bar over the bytes of all files."""

    progress: Progress
    task: TaskID
    before: int = 0

    def move(self, count: int) -> None:
        """Say how many bytes of this file have been read."""
        self.progress.update(self.task, completed=self.before + count)

    def finish(self, path: Path) -> None:
        """Go on behind a file."""
        self.before += size_of(path)


@contextmanager
def going_on(terminal: Terminal, work: Path | str | None, files: Iterable[Path] = ()) -> Iterator[None]:
    """Say at Ctrl-C whether the same command goes on from there, which something to keep its work in makes it do.

    `files` are those that are read, of which only such as stay where they are can be gone on with.
    """
    try:
        yield
    except KeyboardInterrupt:
        if work is None:
            complain(terminal.texts("Broken off, and nothing is kept. With --work FILE a run goes on where it ended."))
        elif all(path.is_file() for path in files):
            complain(terminal.texts("Broken off. The same command goes on where this ended."))
        else:
            complain(
                terminal.texts(
                    "Broken off. Of input that is no file nothing is kept; with files the same command goes on where"
                    " this ended."
                )
            )
        terminal.stop.answer()
        raise


@contextmanager
def reading_bar(terminal: Terminal, files: Sequence[Path]) -> Iterator[ReadingBar]:
    """Show on standard error how far files have been read."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        total = sum(map(size_of, files)) or None
        yield ReadingBar(progress, progress.add_task(terminal.texts("Reading"), total=total))


def size_of(path: Path) -> int:
    """Return how many bytes a file has; 0 for what is none."""
    return path.stat().st_size if path.is_file() else 0


def operator_language() -> Language:
    """Return the language that the environment asks for (LC_ALL, LC_MESSAGES, LANG), else the first of the table."""
    wanted = (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name)))
    return terminal_language(next(wanted, ""))


def complain(text: str) -> None:
    """Write a line to standard error; signs that it cannot hold are written as escapes."""
    encoding = sys.stderr.encoding or "ascii"
    said = text.translate(_COMMANDS)
    sys.stderr.write(f"touchstone: {said}\n".encode(encoding, "backslashreplace").decode(encoding))
