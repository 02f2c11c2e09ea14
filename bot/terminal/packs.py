"""`touchstone packs`: which packs are in force, and packs written by hand: begun, looked through and tried."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.terminal.check import ask, decision_line, json_line, write
from bot.terminal.console import JsonOption, ServerOption, Terminal
from bot.texts import msgid
from bot.wording import LEVELS
from config.errors import ImportRefusedError
from config.named_files import STANDARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.service import Touchstone
    from claims.exchange.chosen_packs import PackState
    from claims.exchange.plan import ImportReport
    from claims.record import ClaimRecord
    from config.errors import PackProblem

_NEW = msgid("The file to write; without it, standard output.")
_TRIED = msgid("The pack's file; - is standard input.")
_NAME = msgid("A pack's name, or a file; - is standard input.")
_ID = msgid("The pack's id, as the list shows it.")


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help=msgid("Choose the packs of claims that are in force, and write some."), no_args_is_help=True
    )
    group.command("list", help=msgid("List the packs, and which of them are in force."))(list_packs)
    group.command("add", help=msgid("Load a pack and bring it into force."))(add)
    group.command("remove", help=msgid("Leave a pack out; its claims stay as they are, and come back with add."))(
        remove
    )
    group.command("new", help=msgid("Write an example of a pack, with remarks, to begin from."))(new)
    group.command("try", help=msgid("Type messages, and see what a pack's claims would answer, before it is loaded."))(
        try_
    )
    app.add_typer(group, name="packs")


def list_packs(context: typer.Context, as_json: JsonOption = False) -> None:
    """List all packs that can be named."""
    # With the database behind it, which help does without (as below).
    from bot.service import pack_shelf  # noqa: PLC0415
    from claims.exchange.chosen_packs import pack_states  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        states = pack_states(touchstone.base, pack_shelf(touchstone.base))
    if as_json:
        write(json_line([_state_json(state) for state in states]))
        return
    headings = (texts("Id"), texts("In force"), texts("Version"), texts("Claims"), texts("Title"))
    terminal.list(headings, [_row(state, terminal) for state in states])
    if terminal.settings.packs is not None:
        terminal.print(texts("The setting packs (TOUCHSTONE_PACKS) says which are in force."), style="dim")


def _row(state: "PackState", terminal: Terminal) -> tuple[str, ...]:
    texts, record = terminal.texts, state.record
    if record is None:
        return (
            state.id,
            texts("no"),
            "–",
            "–",
            texts("not loaded; touchstone packs add {name} loads it", name=quote(state.id)),
        )
    title = texts.pick(record.title)
    return state.id, texts("yes") if state.in_force else texts("no"), str(record.version), str(state.claims), title


def _state_json(state: "PackState") -> dict[str, Any]:
    record = state.record
    return {
        "id": state.id,
        "loaded": record is not None,
        "in_force": state.in_force,
        "version": record.version if record else None,
        "claims": state.claims,
        "title": record.title.plain if record else None,
    }


def add(context: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME|FILE", help=_NAME)]) -> None:
    """Load a pack and bring it into force."""
    from bot.import_plan import code_page_lines  # noqa: PLC0415
    from bot.service import pack_shelf  # noqa: PLC0415
    from claims.exchange.chosen_packs import add_pack  # noqa: PLC0415

    terminal = Terminal.of(context)
    _refuse_beside_setting(terminal)

    def told(report: "ImportReport") -> None:
        for line in code_page_lines(report.plan, terminal.texts):
            terminal.print(line, style="dim")

    with terminal.open() as touchstone:
        shelf = pack_shelf(touchstone.base)
        with _file_of(name) as given, _explained(terminal):
            pack = add_pack(touchstone.base, shelf, given, told)
        count = sum(claim.pack == pack for claim in touchstone.base.claims())
    terminal.print(
        terminal.texts.plural(
            "{pack} is in force, with {count} claim.", "{pack} is in force, with {count} claims.", count, pack=pack
        )
    )


def remove(context: typer.Context, name: Annotated[str, typer.Argument(metavar="ID", help=_ID)]) -> None:
    """Leave a pack out."""
    from claims.exchange.chosen_packs import leave_out_pack  # noqa: PLC0415

    terminal = Terminal.of(context)
    _refuse_beside_setting(terminal)
    with terminal.open() as touchstone:
        pack = leave_out_pack(touchstone.base, name)
    terminal.print(terminal.texts("{pack} is left out: its claims are neither answered nor listed.", pack=pack))


def _refuse_beside_setting(terminal: Terminal) -> None:
    """Say where the packs are set, rather than write what would have no effect."""
    if terminal.settings.packs is not None:
        text = terminal.texts("The setting packs (TOUCHSTONE_PACKS) says which packs are in force: change it there.")
        raise typer.BadParameter(text)


@contextmanager
def _file_of(name: str) -> Generator[str]:
    """Yield the name; for standard input that of a file with the same in it, since packs are read more than once."""
    from claims.exchange.formats import file_bytes  # noqa: PLC0415

    if name != str(STANDARD):
        yield name
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pack.yaml"
        file.write_bytes(file_bytes(STANDARD))
        try:
            yield str(file)
        except ImportRefusedError as error:
            raise ImportRefusedError(name, error.problems) from error


@contextmanager
def _explained(terminal: Terminal) -> Generator[None]:
    """Print the lines of a refused pack as they stand, and as they should, before the error is told."""
    try:
        yield
    except ImportRefusedError as error:
        _show_lines(terminal, error)
        raise


def _show_lines(terminal: Terminal, error: ImportRefusedError) -> None:
    from claims.exchange.formats import file_bytes, text_in  # noqa: PLC0415
    from claims.exchange.importing import pack_problems  # noqa: PLC0415
    from claims.packs.handwritten import corrected  # noqa: PLC0415

    try:
        text, _ = text_in(error.name, file_bytes(Path(error.name)))
    except ImportRefusedError:
        return
    lines = text.splitlines()
    by_line: dict[int, list[PackProblem]] = {}
    for problem in sorted(error.problems, key=lambda each: each.line):
        if 0 < problem.line <= len(lines):
            by_line.setdefault(problem.line, []).append(problem)
    for line, problems in [*by_line.items()][:_MOST_SHOWN]:
        terminal.print(f"{line:5} | {lines[line - 1]}")
        mended = [found for each in problems if (found := corrected(text, each, pack_problems)) is not None]
        if mended:
            terminal.print(terminal.texts("Write instead:"), style="dim")
            # A change of the line before one that adds to it.
            for each in min(mended, key=lambda found: found.count("\n")).splitlines():
                terminal.print(f"      | {each}", style="green")


_MOST_SHOWN = 5


def new(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help=_NEW, show_default=False)] = None,
) -> None:
    """Write the example; a file that is there already is left alone."""
    example = (resources.files("claims") / "packs" / "new_pack.txt").read_bytes()
    if path is None or path == STANDARD:
        write(example)
        return
    terminal = Terminal.of(context)
    if path.exists():
        said = terminal.texts("{file} is there already, and is left as it is. Name another file.", file=path)
        raise typer.BadParameter(said)
    with terminal.writing(path), path.open("xb") as file:
        file.write(example)
    terminal.print(terminal.texts("Written: {path}. Load it with: touchstone packs add {path}", path=path))


def try_(context: typer.Context, path: Annotated[Path, typer.Argument(metavar="FILE", help=_TRIED)]) -> None:
    """Check one typed line after another against the pack beside the claims in force; nothing is written."""
    from claims.exchange.importing import pack_claims  # noqa: PLC0415

    terminal = Terminal.of(context)
    with terminal.open() as touchstone, _file_of(str(path)) as given, _explained(terminal):
        claims = pack_claims(touchstone.base, Path(given))
        for claim in claims:
            strength, _ = touchstone.strength(claim, beside=claims)
            terminal.print(f"{claim.id}  {terminal.texts(LEVELS[strength.level])}", style="dim")
        _try_messages(terminal, touchstone, claims)


def try_claim(
    context: typer.Context,
    claim_id: Annotated[str, typer.Argument(metavar="ID", help=msgid("The claim's id; it may be a draft."))],
    server: ServerOption = None,
) -> None:
    """Check one typed line after another against a claim beside all others, before it is published."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    with terminal.open() as touchstone:
        claim = touchstone.base.claim(claim_id, server)
        strength, seen = touchstone.strength(claim, server)
        terminal.print(texts(LEVELS[strength.level]), style="bold")
        for text in strength.unheard:
            terminal.print("  " + texts("⚠ “{text}” is not answered, said word for word.", text=text))
        for name in strength.near:
            title = texts.pick(seen[name].title)
            terminal.print("  " + texts("⚠ May be confused with: {claim}", claim=title))
        for text in strength.suggested:
            terminal.print("  " + texts("Suggested wording: {text}", text=text))
        _try_messages(terminal, touchstone, [claim], server)


def _try_messages(
    terminal: Terminal, touchstone: "Touchstone", claims: "Sequence[ClaimRecord]", server: int | None = None
) -> None:
    texts, trial = terminal.texts, touchstone.trial(claims, server)
    terminal.print(texts("Type a message as in a channel; an empty line ends."), style="dim")
    while message := ask(terminal):
        finding = trial.checker.check(message)
        terminal.print(decision_line(finding, texts), style="bold")
        for line in touchstone.why(finding, trial.claims, texts, str):
            # In Discord titles are bold by their stars.
            title = line.removeprefix("**").removesuffix("**")
            terminal.print(f"  {title}", style=None if title == line else "bold")
