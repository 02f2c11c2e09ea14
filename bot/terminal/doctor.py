"""`touchstone doctor`, `backup`, `restore` and `db copy`: is all there, what mends it, and copies to go back to."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table
from rich.text import Text

from bot.service import base_folder, pack_shelf
from bot.terminal.check import json_line, write
from bot.terminal.console import Terminal, complain, going_on
from bot.texts import Texts, msgid
from checks.embedders import open_embedder
from checks.embedders.embedder import PROBE
from checks.lexicon import Lexicon
from checks.tuning import Tuning
from claims.base import ClaimBase
from claims.exchange.chosen_packs import open_packs
from claims.store.revisions import key_file, read_hash_key
from config.errors import DatabaseError, StartError, TouchstoneError
from config.settings import (
    SETTINGS_FILE,
    Settings,
    load_settings,
    missing_folder,
    no_folder,
    shown_database,
    unknown_variables,
)

if TYPE_CHECKING:
    from claims.store.copying import Backup

_TELL_SECONDS = 2.0

State = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The state of one part; `mend` is empty where nothing needs to be done."""

    part: str
    state: State
    says: str
    mend: str = ""


def diagnose(texts: Texts) -> Iterator[Diagnosis]:
    """Yield the state of each part; where the settings cannot be read, of nothing else."""
    try:
        settings = load_settings()
    except TouchstoneError as error:
        for fault in texts.of_error(error).splitlines():
            yield Diagnosis(texts("Settings"), "wrong", fault)
        return
    yield _settings(texts)
    yield from _guarded(texts("Database"), texts, lambda: _base(settings, texts))
    yield from _guarded(texts("Lexicon"), texts, lambda: _lexicon(settings, texts))
    yield from _guarded(texts("Embedder"), texts, lambda: _embedder(settings, texts))
    yield _discord(settings, texts)


def _guarded(part: str, texts: Texts, look: Callable[[], list[Diagnosis]]) -> list[Diagnosis]:
    """Look at a part; what stops the look is the part's own state."""
    try:
        return look()
    except TouchstoneError as error:
        return [Diagnosis(part, "wrong", texts.of_error(error))]


def _settings(texts: Texts) -> Diagnosis:
    unknown = unknown_variables()
    if unknown:
        says = texts("no setting has the name {names}.", names=texts.listed(unknown))
        return Diagnosis(texts("Settings"), "warning", says, texts("Mend the name: the README lists all settings."))
    if Path(SETTINGS_FILE).is_file():
        return Diagnosis(
            texts("Settings"), "ok", texts("read from the environment and {file}.", file=Path(SETTINGS_FILE).resolve())
        )
    return Diagnosis(
        texts("Settings"), "ok", texts("read from the environment; there is no {file} here.", file=SETTINGS_FILE)
    )


def _base(settings: Settings, texts: Texts) -> list[Diagnosis]:
    if folder := missing_folder(settings.database_url):
        return [Diagnosis(texts("Database"), "wrong", str(texts.say(no_folder(folder))))]
    # Not the whole application: weights and embedder are parts of their own, and no fault of the base.
    with ClaimBase.open(settings.database_url) as base:
        place = shown_database(settings.database_url)
        opened = texts("opened, at revision {revision}: {place}", revision=base.revision, place=place)
        state = Diagnosis(texts("Database"), "ok", opened, str(texts.say(base.upgraded)) if base.upgraded else "")
        if base.database.is_read_only:
            mend = texts(
                "It can only be read here: for `touchstone run`, give the right to write to it and its folder."
            )
            state = Diagnosis(texts("Database"), "warning", opened, mend)
        claims = _guarded(texts("Claims"), texts, lambda: _claims(base, settings, texts))
        key = _guarded(texts("Key of the hashes"), texts, lambda: _key(base, settings))
        return [state, *key, *claims, _documents(base, texts)]


def _key(base: ClaimBase, settings: Settings) -> list[Diagnosis]:
    """Look whether a key that was made can be read, which nobody but the bot would notice; make none."""
    if settings.hash_key is None and key_file(base_folder(base)).exists():
        read_hash_key(None, base_folder(base))
    return []


def _claims(opened: ClaimBase, settings: Settings, texts: Texts) -> list[Diagnosis]:
    shelf = pack_shelf(opened)
    base = open_packs(opened, shelf, settings.packs)
    claims, today = base.claims(), base.clock().date()
    part = texts("Claims")
    if not claims and settings.packs is not None:
        # Servers may have claims of their own, which are all that is wanted then.
        says = texts("the setting packs (TOUCHSTONE_PACKS) leaves no shared claim in force.")
        return [Diagnosis(part, "warning", says, texts("Name packs there, or take the setting out."))]
    if not claims:
        mend = texts("Bring a pack into force: {command}", command="touchstone packs add NAME|FILE")
        return [Diagnosis(part, "wrong", texts("no pack of claims is in force."), mend)]
    packs = ", ".join(f"{pack.id} {pack.version}" for pack in base.packs())
    if packs:
        count = texts.plural(
            "{count} claim, packs: {packs}.", "{count} claims, packs: {packs}.", len(claims), packs=packs
        )
    else:
        count = texts.plural("{count} claim, of no pack.", "{count} claims, of no pack.", len(claims))
    due = [claim for claim in claims if claim.review_by and claim.review_by < today]
    if not due:
        return [Diagnosis(part, "ok", count)]
    said = texts.sentences(count, texts("Due for review: {claims}.", claims=texts.listed(each.id for each in due)))
    shipped = sorted({each.pack for each in due}.intersection(shelf.shipped()))
    if all(each.pack in shipped and each.edited_by is None for each in due):
        # They age on their own, and nothing is amiss with what the operator has done.
        command = f"touchstone packs remove {' '.join(shipped)}"
        told = msgid("Replies say that they may be out of date. To leave them out with their pack: {command}")
        return [Diagnosis(part, "ok", said, texts(told, command=command))]
    mend = texts("Look through them again; replies say that they may be out of date.")
    return [Diagnosis(part, "warning", said, mend)]


def _documents(base: ClaimBase, texts: Texts) -> Diagnosis:
    documents = base.documents()
    loaded = sum(document.loaded for document in documents)
    says = texts("{loaded} of {count} loaded.", loaded=loaded, count=len(documents))
    if loaded == len(documents):
        return Diagnosis(texts("Documents"), "ok", says)
    # Nothing is amiss: the files of shipped packs are their publishers', and few operators will ever have them.
    mend = texts("To have passages shown: touchstone documents load PATH...")
    return Diagnosis(texts("Documents"), "ok", says, mend)


def _lexicon(settings: Settings, texts: Texts) -> list[Diagnosis]:
    Lexicon.load()
    tuning = Tuning.load(settings.tuning_file)
    origin = tuning.provenance if settings.tuning_file else texts("as they come with Touchstone")
    return [Diagnosis(texts("Lexicon"), "ok", texts("read; weights and cut-offs: {origin}", origin=origin))]


def _embedder(settings: Settings, texts: Texts) -> list[Diagnosis]:
    embedder = open_embedder(settings)
    if embedder is None:
        return [Diagnosis(texts("Embedder"), "ok", texts("none; it is optional."))]
    try:
        embedder.embed([PROBE])
        return [Diagnosis(texts("Embedder"), "ok", texts("{name} answers.", name=embedder.name))]
    finally:
        embedder.close()


def _discord(settings: Settings, texts: Texts) -> Diagnosis:
    part = texts("Discord")
    if settings.discord_token is None:
        mend = texts("To run in Discord, set TOUCHSTONE_DISCORD_TOKEN: the README tells how to get one.")
        return Diagnosis(part, "warning", texts("there is no token."), mend)
    from bot.discord.supervise import read_identity  # noqa: PLC0415  only this needs Discord's library

    try:
        identity = read_identity(settings.discord_token.get_secret_value().strip())
    except StartError as error:
        return Diagnosis(part, "wrong", texts.of_error(error))
    says = texts("the token belongs to {name} (id {id}).", name=identity.name, id=identity.id)
    if identity.message_content:
        return Diagnosis(part, "ok", says)
    off = texts("The Message Content Intent is off.")
    mend = texts("In Discord's developer portal: your application, Bot, switch on Message Content Intent.")
    return Diagnosis(part, "wrong", texts.sentences(says, off), mend)


_COLOURS = {"ok": "green", "warning": "yellow", "wrong": "red"}


def register(app: typer.Typer) -> None:
    """Add the commands `doctor`, `backup`, `restore` and `db copy`."""
    app.command(
        help=msgid("Look at settings, database, claims and optional parts, and say how to mend what is amiss.")
    )(doctor)
    app.command(help=msgid("Copy the claim base, also while the bot runs; the copy's hash is kept beside it."))(backup)
    app.command(help=msgid("Put a copy of the claim base back, after looking whether it is whole."))(restore)
    group = typer.Typer(help=msgid("The database in which the claim base lives."), no_args_is_help=True)
    group.command(
        "copy", help=msgid("Copy the claim base into another database, such as from a file into PostgreSQL.")
    )(copy_database)
    app.add_typer(group, name="db")


def doctor(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help=msgid("Print a JSON array."))] = False
) -> None:
    """Print one line a part; the exit code is 1 where a part is wrong."""
    terminal = Terminal.of(context)
    texts = terminal.texts
    diagnoses = list(diagnose(texts))
    if as_json:
        write(json_line([asdict(diagnosis) for diagnosis in diagnoses]))
    else:
        _show(terminal, diagnoses)
    if any(diagnosis.state == "wrong" for diagnosis in diagnoses):
        raise typer.Exit(1)


def _show(terminal: Terminal, diagnoses: Sequence[Diagnosis]) -> None:
    """Print the parts in columns, and whole lines where they go to a file or another program."""
    texts = terminal.texts
    words = {"ok": texts("ok"), "warning": texts("warning"), "wrong": texts("wrong")}
    table = Table(box=None, show_header=False, pad_edge=False)
    for diagnosis in diagnoses:
        says = texts.sentences(diagnosis.says, diagnosis.mend)
        state = Text(words[diagnosis.state], style=_COLOURS[diagnosis.state])
        if terminal.out.is_terminal:
            # A long path goes on in the next line: cut off, it would be of no use.
            table.add_row(state, Text(diagnosis.part, style="bold"), Text(says, overflow="fold"))
        else:
            terminal.out.print(f"{state}  {diagnosis.part}  {says}", soft_wrap=True)
    if table.row_count:
        terminal.out.print(table)


_TARGET = msgid("The copy: a new file, or a folder; without it, a file with the time in its name, in this folder.")
_COPY = msgid("The copy that `touchstone backup` has written, or one that an upgrade has kept.")
_FROM = msgid("The address of the database to copy, as in database_url; nothing is written there.")
_TO = msgid("The address of an empty database; a copy that was broken off is continued.")
_FORCE = msgid("Put it in the place of the base that stands there, which is kept under another name.")


def backup(
    context: typer.Context,
    target: Annotated[str | None, typer.Argument(metavar="FILE", help=_TARGET, show_default=False)] = None,
) -> None:
    """Copy the base and say what the copy holds; nothing is upgraded or loaded on the way."""
    from claims.store.copying import back_up  # noqa: PLC0415  the database, which help does without

    terminal = Terminal.of(context)
    texts = terminal.texts
    if target == "-":
        raise typer.BadParameter(texts("A copy is a file, with its hash in another beside it. Name the file."))
    # A path would lose its slash, and the copy take the name of a folder that is not there, such as an unmounted disk.
    if target is not None and target.endswith(("/", os.sep)) and not Path(target).is_dir():
        raise typer.BadParameter(texts("There is no folder {folder}. Make it, or name another one.", folder=target))
    made = back_up(terminal.settings.database_url, None if target is None else Path(target))
    terminal.print(texts("Written: {file}", file=made.file), style="bold")
    terminal.print(_holds(made, texts))
    if terminal.settings.hash_key is None:
        # A copy that is lost must not tell who the members are.
        terminal.print(texts("The key of the members' hashes (touchstone.key) is not in it: keep it in another place."))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_COPY)],
    force: Annotated[bool, typer.Option("--force", help=_FORCE)] = False,
) -> None:
    """Verify the copy, put it in place, and say where the former base is."""
    from claims.store.copying import restore as put_back  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    terminal.agree_to_folder(terminal.settings.database_url)
    done = put_back(terminal.settings.database_url, file, force=force)
    terminal.print(texts("Put back: {file}", file=done.file), style="bold")
    terminal.print(_holds(done.backup, texts))
    if done.kept is not None:
        terminal.print(texts("The base that stood there is kept: {file}", file=done.kept))
    if not done.backup.is_hashed:
        terminal.print(texts("There was no hash beside the copy: only its pages and tables were looked at."))


def copy_database(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help=_FROM)],
    target: Annotated[str, typer.Argument(metavar="TO", help=_TO)],
) -> None:
    """Copy table by table with the progress told, and say what both sides hold."""
    from claims.exchange.moving import copy_base_between  # noqa: PLC0415  the database, which help does without
    from claims.store.database import read_url  # noqa: PLC0415

    terminal = Terminal.of(context)
    # The settings first: a fault of theirs that is told behind a whole copy would say that it had failed.
    texts, own_key = terminal.texts, terminal.settings.hash_key
    for name, address in (("FROM", source), ("TO", target)):
        try:
            read_url(address)
        except DatabaseError as error:
            raise typer.BadParameter(texts.of_error(error), param_hint=name) from error
    terminal.agree_to_folder(target)
    told = monotonic()

    def tell(table: str, done: int, total: int) -> None:
        nonlocal told
        # A large table is told of now and then, and at its end; an empty one only among the digests.
        if (done == total > 0) or monotonic() - told > _TELL_SECONDS:
            told = monotonic()
            complain(texts("{table}: {done} of {total} rows", table=table, done=done, total=total))

    with going_on(terminal, target):
        copied = copy_base_between(source, target, tell)
    for table in copied:
        terminal.print(f"{table.name}: {table.rows}, {table.digest}")
    rows = sum(table.rows for table in copied)
    terminal.print(texts("Copied: {rows} rows, with the same digests on both sides.", rows=rows), style="bold")
    if own_key is None:
        terminal.print(texts("The key of the members' hashes (touchstone.key) is not in it: take it along."))


def _holds(backup: "Backup", texts: Texts) -> str:
    count = texts.plural("{count} claim", "{count} claims", backup.claims)
    return texts("{claims}, tables of step {step}, SHA-256 {hash}", claims=count, step=backup.step, hash=backup.sha256)
