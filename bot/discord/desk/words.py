"""How the desk names things: lists of wordings, roles of points, where a claim comes from; and what was just done."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.discord.escape import escape
from bot.discord.fitting import shorten
from bot.discord.history.words import who_words
from bot.faults import value_text
from bot.field_names import field_name
from bot.texts import Texts, msgid
from checks.known import KnownFigure
from claims.claim_view import Origin
from claims.record import ClaimRecord, PointRecord
from claims.wording_edits import LISTS, use_of

LONGEST_TITLE = 200
LONGEST_OPTION = 100
ORIGINS: Mapping[Origin, str] = {
    "shared": msgid("The shared claim. The first change here makes a version of this server's own."),
    "version": msgid("This server's own version of a shared claim."),
    "own": msgid("A claim of this server's own."),
}
USES: Mapping[str, str] = {
    "says": msgid("A way to say it"),
    "denies": msgid("How people dispute it"),
    "negative": msgid("Never to be matched"),
}
# Which lists of wordings there are, by the name that forms and faults use.
LIST_NAMES = tuple(name for name, _, _ in LISTS)


def list_of(claim: ClaimRecord, name: str) -> list[str]:
    """Return the texts of one of the six lists of wordings; an unknown name gives the first one."""
    _, language, use = next((each for each in LISTS if each[0] == name), LISTS[0])
    return [wording.text for wording in claim.wordings if (wording.language, use_of(wording)) == (language, use)]


def title_line(claim: ClaimRecord, texts: Texts) -> str:
    """Return the claim's title as a heading."""
    return f"### {escape(shorten(texts.pick(claim.title_en, claim.title_zh), LONGEST_TITLE))}"


def field_line(field: str, value: str, texts: Texts) -> str:
    """Return a field and its value, which is escaped already, as a line."""
    return texts("{name}: {value}", name=field_name(field, texts), value=value)


def editor_words(claim: ClaimRecord, texts: Texts) -> str:
    """Say who has changed the claim last, where anybody has."""
    if not claim.edited_by:
        return texts("Nobody has changed it here.")
    return texts("Last changed by {who}.", who=who_words(claim.edited_by, texts))


def figure_words(figure: KnownFigure, texts: Texts) -> str:
    """Return a figure on one line; not escaped."""
    return value_text("figures", asdict(figure), texts)


def point_words(point: PointRecord, texts: Texts) -> str:
    """Return role and text of a point, as options of menus show it; not escaped."""
    role, text = value_text("role", point.role, texts), texts.pick(point.text_en, point.text_zh)
    return shorten(f"{role} · {text}", LONGEST_OPTION)


def done_line(*, changed: bool, texts: Texts) -> str:
    """Say that something was written, or that it was so already."""
    return done(texts("Written.") if changed else texts("Nothing has changed: it was so already."))


def done(sentence: str) -> str:
    """Mark a sentence about what was done."""
    return f"✓ {sentence}"


def faster_line(texts: Texts) -> str:
    """Say that a click came too late."""
    return texts("Somebody else has changed this meanwhile, so I did nothing. This is how it stands now.")
