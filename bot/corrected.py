"""What a card says after a claim on it has changed or was withdrawn."""

from collections.abc import Callable
from dataclasses import replace

from bot.dates import display_date
from bot.reply import Composer, Reply, ReplyEntry
from bot.texts import Texts
from claims.corrections import Correction
from claims.withdrawals import Withdrawal

FindWithdrawal = Callable[[int, str], Withdrawal]


def corrected_reply(composer: Composer, correction: Correction, withdrawal: FindWithdrawal) -> Reply:
    """Return the card's new content: claims as they stand now, and withdrawn ones with nothing but their title.

    The message's text was not kept, so that lines which compared its figures with the documents' cannot be written
    anew; where the card may have had some, the note says that they are gone.
    """
    living = [claim for claim in correction.claims if claim in composer.claims]
    reply, texts = composer.describe(*living), composer.texts
    drawn = {entry.claim_id: entry for entry in reply.entries}
    entries = tuple(
        drawn.get(claim) or _withdrawn(claim, withdrawal(correction.server, claim), texts)
        for claim in correction.claims
    )
    if not living:
        return replace(reply, title=texts("This answer was withdrawn"), entries=entries)
    return replace(reply, title=composer.title(len(living)), entries=entries, note=_note(composer, living))


def _withdrawn(claim: str, found: Withdrawal, texts: Texts) -> ReplyEntry:
    if found.at is None:
        line = texts("This claim was withdrawn.")
    else:
        line = texts("This claim was withdrawn on {date}.", date=display_date(found.at.date().isoformat(), texts))
    return ReplyEntry(claim, texts.pick(found.title_en, found.title_zh), line, (), (), "")


def _note(composer: Composer, living: list[str]) -> str:
    texts = composer.texts
    today = display_date(composer.today.isoformat(), texts)
    if any(composer.claims[claim].figures for claim in living):
        return texts("Updated on {date}. Figures in the message were not compared again.", date=today)
    return texts("Updated on {date}.", date=today)
