"""`touchstone claims publish`, `withdraw`, `history`, `undo` and `site`: what was written, its way back, and out."""

import os
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.terminal.check import json_line, write
from bot.terminal.console import JsonOption, ServerOption, Terminal, complain, is_agreed, is_somebody_there
from bot.texts import Texts, msgid
from config.errors import ConflictError, UnknownClaimError

if TYPE_CHECKING:
    from claims.moderation.history import RevisionRecord
    from claims.moderation.rights import Actor
    from claims.record import DocumentRecord
    from config.errors import InvalidEditError

YesOption = Annotated[bool, typer.Option("--yes", help=msgid("Write without asking."))]
_IDS = msgid("Ids of claims, as the list shows them.")
_IDS_OR_FOLDER = msgid(
    "Ids of claims, as the list shows them; or a folder, such as ./site: see `touchstone claims site`."
)
_FOLDER = msgid("A folder for the site: a new or an empty one, or one that it was written into before.")
_PUBLISHER = msgid("Who publishes the site.")
_ADDRESS = msgid("Where the site is published; without it, as the setting public_url has it.")
_REVISION = msgid("All claims that a revision wrote, such as an import.")
_REASON = msgid("Why, for the history.")
ClaimIds = Annotated[list[str] | None, typer.Argument(metavar="ID...", help=_IDS, show_default=False)]
IdsOrFolder = Annotated[list[str] | None, typer.Argument(metavar="ID...|DIR", help=_IDS_OR_FOLDER, show_default=False)]
RevisionOption = Annotated[int | None, typer.Option("--revision", metavar="N", help=_REVISION, show_default=False)]
ReasonOption = Annotated[str, typer.Option("--reason", help=_REASON, show_default=False)]


def register_history(group: typer.Typer) -> None:
    """Add the commands to the group `claims`."""
    group.command("publish", help=msgid("Publish drafts: from then on they are answered. Or all claims as a site."))(
        publish
    )
    group.command("withdraw", help=msgid("Withdraw claims: they are answered no more, and can be published again."))(
        withdraw
    )
    group.command("history", help=msgid("List what was changed, newest first; of one claim with all its fields."))(
        history
    )
    group.command("undo", help=msgid("Take a revision back; an undo can be undone too."))(undo)
    about = msgid("Write the published claims as a small static site: pages in each language, lists and feeds.")
    group.command("site", help=about)(site)


def operator(server: int | None) -> "Actor":
    """Return the operator, who at the terminal may change the shared claims and those of every server."""
    from claims.moderation.rights import Actor  # noqa: PLC0415

    return Actor.operator(server)


def publish(
    context: typer.Context,
    ids: IdsOrFolder = None,
    revision: RevisionOption = None,
    server: ServerOption = None,
    reason: ReasonOption = "",
) -> None:
    """Publish claims, all of them or none; or, given one folder, write the site there."""
    terminal = Terminal.of(context)
    if ids and len(ids) == 1 and revision is None and _names_folder(ids[0]):
        _write(terminal, Path(ids[0]), server)
        return
    try:
        _set(terminal, "published", ids or [], revision, server, reason)
    except UnknownClaimError as error:
        if ids and len(ids) == 1 and ids[0].strip() and not error.near:
            command = f"touchstone claims site {quote(ids[0])}"
            complain(terminal.texts("For a site of the claims in this folder: {command}", command=command))
        raise


def _names_folder(given: str) -> bool:
    """Tell a folder from an id, also from one that was mistyped: it has a slash, or is `.` or `..`."""
    return not {"/", os.sep}.isdisjoint(given) or given in {".", ".."}


def site(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_FOLDER)],
    server: ServerOption = None,
    publisher: Annotated[str, typer.Option("--publisher", metavar="NAME", help=_PUBLISHER, show_default=False)] = "",
    url: Annotated[str, typer.Option("--url", metavar="ADDRESS", help=_ADDRESS, show_default=False)] = "",
) -> None:
    """Write the site; what has not changed since the last time stays untouched."""
    terminal = Terminal.of(context)
    if url:
        terminal.publish_at(url)
    _write(terminal, folder, server, publisher)


def _write(terminal: Terminal, folder: Path, server: int | None, publisher: str = "") -> None:
    from bot.site import write_site  # noqa: PLC0415
    from bot.site_pages import Frame  # noqa: PLC0415
    from claims.exchange.claimreview import PUBLISHER  # noqa: PLC0415

    texts = terminal.texts
    frame = Frame(publisher.strip() or PUBLISHER, terminal.settings.public_url or "")
    with terminal.open() as touchstone:
        done = write_site(touchstone, folder, frame, server)
    terminal.print(
        texts.plural(
            "{count} claim: {written} files written, {unchanged} unchanged, {removed} removed.",
            "{count} claims: {written} files written, {unchanged} unchanged, {removed} removed.",
            done.claims,
            written=done.written,
            unchanged=done.unchanged,
            removed=done.removed,
        )
    )
    terminal.print(texts("Begin at {path}.", path=folder / "index.html"), style="dim")


def withdraw(
    context: typer.Context,
    ids: ClaimIds = None,
    revision: RevisionOption = None,
    server: ServerOption = None,
    reason: ReasonOption = "",
) -> None:
    """Withdraw claims, all of them or none."""
    _set(Terminal.of(context), "withdrawn", ids or [], revision, server, reason)


def _set(
    terminal: Terminal, status: str, ids: list[str], revision: int | None, server: int | None, reason: str
) -> None:
    from claims.exchange.importing import claims_of  # noqa: PLC0415
    from claims.moderation.editor import set_status  # noqa: PLC0415
    from config.errors import InvalidEditError  # noqa: PLC0415

    texts = terminal.texts
    if not ids and revision is None:
        raise typer.BadParameter(texts("Name the ids of claims, or an import by --revision."), param_hint="ID...")
    actor = operator(server)
    with terminal.open() as touchstone:
        named = [*ids, *(claims_of(touchstone.base, actor, revision) if revision is not None else ())]
        try:
            written = set_status(touchstone.base, actor, named, status, reason)
        except InvalidEditError as error:
            _complain(terminal, error)
            raise typer.Exit(1) from error
    if not written.changes:
        terminal.print(_as_it_is(status, len(dict.fromkeys(named)), texts))
        return
    count = len(written.changes)
    if status == "published":
        done = texts.plural(
            "{count} claim published, as revision {revision}.",
            "{count} claims published, as revision {revision}.",
            count,
            revision=written.revision,
        )
    else:
        done = texts.plural(
            "{count} claim withdrawn, as revision {revision}.",
            "{count} claims withdrawn, as revision {revision}.",
            count,
            revision=written.revision,
        )
    terminal.print(done)
    say_how_to_undo(terminal, written.revision, server)


def _as_it_is(status: str, count: int, texts: Texts) -> str:
    """Say why a status was not written: of all these claims it is theirs already, or there are none."""
    if not count:
        return texts("This revision has written no claim.")
    if status == "published":
        return texts.plural(
            "The claim is published already; there is nothing to write.",
            "All {count} claims are published already; there is nothing to write.",
            count,
        )
    return texts.plural(
        "The claim is withdrawn already; there is nothing to write.",
        "All {count} claims are withdrawn already; there is nothing to write.",
        count,
    )


def _complain(terminal: Terminal, error: "InvalidEditError") -> None:
    from bot.wording import fault_lines  # noqa: PLC0415

    complain(terminal.texts("Nothing was written."))
    for line in fault_lines(error, terminal.texts):
        complain(line)


def say_how_to_undo(terminal: Terminal, revision: int | None, server: int | None) -> None:
    """Print the command that takes a revision back."""
    if revision is not None:
        command = f"touchstone claims undo {revision}" + ("" if server is None else f" --server {server}")
        terminal.print(terminal.texts("To take it back: {command}", command=command), style="dim")


def history(
    context: typer.Context,
    claim_id: Annotated[
        str | None,
        typer.Argument(metavar="ID", help=msgid("The claim's id, as the list shows it."), show_default=False),
    ] = None,
    server: ServerOption = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help=msgid("How many revisions."))] = 20,
    as_json: JsonOption = False,
) -> None:
    """List revisions, newest first."""
    from claims.moderation.history import History  # noqa: PLC0415

    terminal = Terminal.of(context)
    with terminal.open() as touchstone:
        entries = History(touchstone.base).page(operator(server), claim_id, most=most).entries
        if claim_id is not None and not entries:
            touchstone.base.claim(claim_id, server)  # an unknown id is told, with those that are near
    if as_json:
        write(json_line([_revision_json(entry) for entry in entries]))
        return
    for entry in entries:
        _show(terminal, entry, whole=claim_id is not None)
    if not entries:
        terminal.print(terminal.texts("Nothing has been changed yet."))


def _show(terminal: Terminal, entry: "RevisionRecord", *, whole: bool) -> None:
    from bot.wording import act_label, actor_label, difference_lines, reason_label  # noqa: PLC0415
    from claims.moderation.history import diff  # noqa: PLC0415
    from claims.store.changes import CLAIM, DOCUMENT, SOURCE  # noqa: PLC0415

    texts = terminal.texts
    claims = [change for change in entry.changes if change.kind == CLAIM]
    count = texts.plural("{count} claim", "{count} claims", len(claims)) if claims else ""
    # Nothing else tells which document it was.
    named = [] if claims else [each.subject for each in entry.changes if each.kind in {DOCUMENT, SOURCE}]
    undone = texts("undone by {revision}", revision=entry.undone_by) if entry.undone_by else ""
    undoes = texts("undoes {revision}", revision=entry.undoes) if entry.undoes else ""
    done = act_label(entry.act, texts), actor_label(entry.actor, texts)
    parts = [*done, count, texts.listed(named), reason_label(entry.reason or "", texts), undoes, undone]
    line = f"{entry.id:>5}  {entry.at:%Y-%m-%d %H:%M}  " + " · ".join(part for part in parts if part)
    terminal.out.print(line, soft_wrap=True)
    for change in claims if whole else ():
        for each in difference_lines(diff(change), texts):
            terminal.print(f"         {each}", style="dim")


def _tell_what_goes(terminal: Terminal, entry: "RevisionRecord", documents: "Iterable[DocumentRecord]") -> None:
    """Name the packs that are gone once a revision is taken back, and the documents whose texts go."""
    from claims.store.changes import DOCUMENT, PACK, SOURCE  # noqa: PLC0415

    texts = terminal.texts
    for pack in sorted(each.subject for each in entry.changes if each.kind == PACK and each.before is None):
        goes = msgid("The pack {pack} goes, with all its claims and documents. To keep and leave it out: {command}")
        terminal.print(texts(goes, pack=pack, command=f"touchstone packs remove {pack}"))
    came = {each.subject for each in entry.changes if each.kind in {DOCUMENT, SOURCE} and each.before is None}
    lost = sorted(each.id for each in documents if each.loaded and each.id in came)
    if lost:
        named = texts.listed(lost)
        terminal.print(
            texts("The texts of these documents go with it, and come back only from their files: {ids}", ids=named)
        )


def _revision_json(entry: "RevisionRecord") -> dict[str, Any]:
    return {
        "revision": entry.id,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "act": entry.act,
        "reason": entry.reason,
        "server": entry.server,
        "undoes": entry.undoes,
        "undone_by": entry.undone_by,
        "changes": [{"kind": change.kind, "subject": change.subject} for change in entry.changes],
    }


def undo(
    context: typer.Context,
    revision: Annotated[int, typer.Argument(metavar="N", help=msgid("The revision, as the history shows it."))],
    server: ServerOption = None,
    reason: ReasonOption = "",
    yes: YesOption = False,
) -> None:
    """Take a revision back, all its changes or none."""
    from bot.service import pack_shelf  # noqa: PLC0415
    from bot.wording import conflict_line  # noqa: PLC0415
    from claims.moderation.history import History, Undoing  # noqa: PLC0415
    from claims.store.changes import CLAIM, PACK  # noqa: PLC0415

    terminal = Terminal.of(context)
    texts = terminal.texts
    actor = operator(server)
    with terminal.open() as touchstone:
        entry = History(touchstone.base).revision(actor, revision)
        _show(terminal, entry, whole=False)
        given = {change.subject for change in entry.changes if entry.act == "pack.load" and change.kind == PACK}
        shipped = sorted(given.intersection(pack_shelf(touchstone.base).shipped()))
        _tell_what_goes(terminal, entry, touchstone.base.documents(server))
        if not yes and not is_agreed(texts("Take this back?")):
            if is_somebody_there():
                terminal.print(texts("Nothing was written."))
                return
            terminal.print(texts("Nothing was written. Add --yes to write it."))
            raise typer.Exit(1)
        try:
            written = Undoing(touchstone.base).undo(actor, revision, reason)
        except ConflictError as error:
            complain(conflict_line(error, texts))
            is_claim = any(each.kind == CLAIM and each.subject == error.subject for each in entry.changes)
            later = "touchstone claims history" + (f" {error.subject}" if is_claim else "")
            later += "" if server is None else f" --server {server}"
            complain(texts("Nothing was written. Undo first what came later: {command}", command=later))
            raise typer.Exit(1) from error
    if not written.changes:
        terminal.print(texts("There is nothing to write."))
        return
    terminal.print(texts("Revision {old} is undone, as revision {revision}.", old=revision, revision=written.revision))
    for pack in shipped:
        command = f"touchstone packs remove {pack}"
        terminal.print(
            texts("{pack} comes back at the next start. To leave it out: {command}", pack=pack, command=command)
        )
    say_how_to_undo(terminal, written.revision, server)
