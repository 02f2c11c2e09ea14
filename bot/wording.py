"""What was wrong with fields, and how two versions of them differ, as plain lines in the reader's language."""

import html
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from babel.dates import format_datetime

from bot.backtest import written
from bot.quantities import UNIT_NAMES, figure_text, source_text
from bot.reply import display_date
from bot.short import beside
from bot.texts import Texts, msgid
from claims.documents.markup import View
from claims.record import figure_from_state, with_texts
from config.errors import ConflictError, FieldDifference, InvalidEditError
from config.languages import LANGUAGES, ByLanguage

NAMES = {
    # A claim and its parts.
    "title_en": msgid("Title in English"),
    "title_zh": msgid("Title in Chinese"),
    "kind": msgid("Kind"),
    "status": msgid("Status"),
    "as_of": msgid("As of"),
    "review_by": msgid("Review by"),
    "wordings": msgid("Wordings"),
    "texts": msgid("Wordings"),
    "use": msgid("What they are for"),
    "en": msgid("Wordings in English"),
    "zh": msgid("Wordings in Chinese"),
    "not_en": msgid("Never to be matched, in English"),
    "not_zh": msgid("Never to be matched, in Chinese"),
    "denials_en": msgid("How people dispute it, in English"),
    "denials_zh": msgid("How people dispute it, in Chinese"),
    "figures": msgid("Figures"),
    "value": msgid("Value"),
    "unit": msgid("Unit"),
    "bound": msgid("Bound"),
    "role": msgid("Role"),
    "subject_en": msgid("What it measures, in English"),
    "subject_zh": msgid("What it measures, in Chinese"),
    "points": msgid("Points"),
    "place": msgid("Number in the list"),
    "speaker_en": msgid("Speaker in English"),
    "speaker_zh": msgid("Speaker in Chinese"),
    "date": msgid("Date"),
    "text": msgid("Text"),
    "text_en": msgid("Text in English"),
    "text_zh": msgid("Text in Chinese"),
    "citations": msgid("Sources"),
    "numbers": msgid("Figures in the text"),
    "point": msgid("Point"),
    "source": msgid("Source"),
    "publish": msgid("Publish"),
    "server": msgid("Server"),
    "pack": msgid("Pack of claims"),
    "claim": msgid("Claim"),
    "not": msgid("Never to be matched"),
    "denials": msgid("How people dispute it"),
    "subject": msgid("What it measures"),
    "speaker": msgid("Speaker"),
    # A source and a pack.
    "title": msgid("Title"),
    "author": msgid("Author"),
    "publisher": msgid("Publisher"),
    "published": msgid("Published"),
    "language": msgid("Language"),
    "address": msgid("Address"),
    "id": msgid("Id"),
    "version": msgid("Version"),
    "licence": msgid("Licence"),
    "in_force": msgid("In force"),
    "sha256": msgid("Checksum of the file"),
    "loaded_digest": msgid("Checksum of the claim as loaded"),
    "position": msgid("Place in the list"),
    # What is set on a claim.
    "muted": msgid("Muted"),
    "cut_off": msgid("Cut-off"),
    "moderators_channel": msgid("Channel for moderators"),
    "answer_log": msgid("Report of every answer"),
    "paused": msgid("Paused"),
    "raised_to": msgid("More careful up to"),
    # What is set for a server and its channels.
    "moderator_roles": msgid("Roles that moderate"),
    "cooldown_hours": msgid("Cool-down in hours"),
    "packs": msgid("Packs of claims"),
    "budget": msgid("Budget"),
    "digest_channel": msgid("Channel of the weekly digest"),
    "pause_reports": msgid("Reports that pause a claim"),
    "correction_days": msgid("Days in which cards are corrected"),
    "setup_step": msgid("Step of the set-up"),
    "card_form": msgid("Form of cards"),
    "cards_per_hour": msgid("Cards a channel and hour"),
    "outside_checks": msgid("Other fact-checkers asked by /check"),
    "exempt_roles": msgid("Roles that I leave alone"),
    "snoozed_until": msgid("Snoozed until"),
    "hours": msgid("Hours"),
    "mode": msgid("Mode"),
    "state": msgid("State"),
    "decision": msgid("Decision"),
    "decided_by": msgid("Decided by"),
    "makes_claim": msgid("Makes the claim"),
    "note": msgid("Note"),
    "reason": msgid("Reason"),
}


def field_name(field: str, texts: Texts) -> str:
    """Return what people call a field, behind the claim that it may name; one that has no name is shown as it is."""
    owner, comma, field = field.rpartition(", ")
    if field in NAMES:
        return f"{owner}{comma}{texts(NAMES[field])}"
    stem, _, code = field.rpartition("_")
    language = next((each.name for each in LANGUAGES if each.code == code), "")
    name = NAMES.get(stem or "wordings") if language else None
    return owner + comma + (texts("{name} ({language})", name=texts(name), language=language) if name else field)


_DATES = {"as_of", "review_by", "published", "date"}
# How strong a claim is, by level.
LEVELS: Mapping[str, str] = {
    "few": msgid("Strength: weak. Many will say it in a way that is not heard."),
    "fair": msgid("Strength: fair."),
    "good": msgid("Strength: good."),
}
CARD_FORMS = {"short": msgid("short"), "full": msgid("full")}
LONGEST = 120
MOST_ENTRIES = 10
_WORDS: Mapping[str, Mapping[object, str]] = {
    "kind": {
        "contested": msgid("disputed by the documents"),
        "context": msgid("reported in the documents"),
        "outlook": msgid("forecast or opinion"),
    },
    "status": {"draft": msgid("draft"), "published": msgid("published"), "withdrawn": msgid("withdrawn")},
    "role": {
        "refutes": msgid("Against it"),
        "supports": msgid("For it"),
        "context": msgid("Context"),
        "claim": msgid("Claim"),
    },
    "bound": {
        "exactly": msgid("exactly"),
        "about": msgid("around"),
        "over": msgid("over"),
        "under": msgid("under"),
        "range": msgid("from … to …"),
    },
    "mode": {
        "on": msgid("answers"),
        "hint": msgid("hints with a reaction"),
        "shadow": msgid("only counts"),
        "off": msgid("stays out"),
    },
    "decision": {
        "wording": msgid("taken as a wording"),
        "negative": msgid("taken as never to be matched"),
        "claim": msgid("opened as a new claim"),
        "point": msgid("taken as a further point"),
        "resume": msgid("claim answered again"),
        "dismiss": msgid("dismissed"),
        "document": msgid("gone with its document"),
    },
    "unit": UNIT_NAMES,
    "card_form": {**CARD_FORMS},
    "language": {"auto": msgid("as the message")},
    "state": {"open": msgid("open"), "accepted": msgid("accepted"), "dismissed": msgid("dismissed")},
}


def fault_lines(error: InvalidEditError, texts: Texts) -> list[str]:
    """Return a line a fault: the field, what is wrong with it, and how to mend it. Nothing in them is escaped."""
    return [
        texts(
            "{field}: {fault} {mend}",
            field=field_name(each.field, texts.plain),
            fault=texts.plain(each.fault, **each.values),
            mend=texts.plain(each.mend, **each.values),
        )
        for each in error.faults
    ]


def conflict_line(error: ConflictError, texts: Texts) -> str:
    """Say what somebody else has changed meanwhile, and in which fields. Nothing in it is escaped."""
    names = texts.listed(field_name(each.field, texts) for each in error.fields)
    said = "{subject} was changed meanwhile. The two versions differ in: {fields}."
    return texts(said, subject=texts.say(error.subject), fields=names) if names else texts.of_error(error)


def difference_lines(fields: Sequence[FieldDifference], texts: Texts) -> list[str]:
    """Return what differs: `before → after` for values, lines with − and + for the entries of lists.

    The left side is `mine` of each difference, which is the older one in a history. Long texts are shortened, and of
    a long list only the first ten entries are shown. Nothing in the lines is escaped.
    """
    lines: list[str] = []
    for each in fields:
        name = field_name(each.field, texts.plain)
        if (each.mine or each.theirs) and isinstance(each.mine or each.theirs, list):
            lines.append(texts("{field}:", field=name))
            lines += _entries("−", each.field, each.mine, texts)
            lines += _entries("+", each.field, each.theirs, texts)
        else:
            before, after = (value_text(each.field, value, texts) for value in (each.mine, each.theirs))
            lines.append(texts("{field}: {before} → {after}", field=name, before=before, after=after))
    return lines


def value_text(field: str, value: object, texts: Texts) -> str:
    """Return one value of a field on one line, shortened; also an entry of a list such as a wording or a point."""
    if value is None or value in ("", [], ()):
        return texts(msgid("all") if value is None and field == "packs" else msgid("nothing"))
    if isinstance(value, bool):
        return texts("yes") if value else texts("no")
    if isinstance(value, Mapping):
        entry, made = cast("Mapping[str, Any]", value), _ENTRIES.get(field)
        return _short(made(entry, texts) if made else ", ".join(f"{name}={part}" for name, part in entry.items()))
    if isinstance(value, list | tuple):
        return _short(texts.listed(value_text(field, each, texts) for each in cast("Iterable[object]", value)))
    if isinstance(value, float):
        # A cut-off was chosen, to the last digit; what reports have raised it to is a message's score.
        value = round(value, 3) if field == "raised_to" else value
        return written(value) if field in {"cut_off", "raised_to"} else f"{value:g}"
    if field == "snoozed_until" and isinstance(value, int):
        return f"{format_datetime(datetime.fromtimestamp(value, UTC), 'short', locale=texts.locale)} UTC"
    if field in _DATES and isinstance(value, str):
        return display_date(value, texts)
    known = _WORDS.get(field, {})
    return texts(known[value]) if value in known else _short(str(value))


def choice_text(field: str, chosen: str, texts: Texts) -> str:
    """Return what the option of a choice is called; what was typed into another field stays as it was typed."""
    known = _WORDS.get(field, {}) if field != "unit" else {}
    return texts(known[chosen]) if chosen in known else chosen


def _entries(mark: str, field: str, value: object, texts: Texts) -> list[str]:
    entries = cast("list[object]", value) if isinstance(value, list) else [] if value is None else [value]
    lines = [f"{mark} {value_text(field, entry, texts)}" for entry in entries[:MOST_ENTRIES]]
    if len(entries) > MOST_ENTRIES:
        lines.append(texts("{mark} and {count} more", mark=mark, count=len(entries) - MOST_ENTRIES))
    return lines


def _wording(entry: Mapping[str, Any], texts: Texts) -> str:
    if entry["negative"]:
        return texts("{text} (never to be matched)", text=entry["text"])
    return texts("{text} (disputes it)", text=entry["text"]) if entry["denies"] else entry["text"]


def _figure(entry: Mapping[str, Any], texts: Texts) -> str:
    """Return subject, figure and role; entries of old revisions have fewer fields than a figure has now."""
    figure = figure_from_state(entry)
    role = "" if figure.role == "claim" else value_text("role", figure.role, texts)
    subject = texts.pick(figure.subject)
    claimed = beside(figure_text(figure, texts), role, texts)
    if subject:
        claimed = f"{subject} {claimed}" if texts.spaced else texts.named(subject, claimed)
    if not (given := source_text(figure, texts)):
        return claimed
    sourced = beside(given, texts.reworded(figure.documented_place), texts)
    return texts("{claimed}; the source gives {given}", claimed=claimed, given=sourced)


def _point(entry: Mapping[str, Any], texts: Texts) -> str:
    entry = with_texts(entry)
    speaker, text = (texts.pick(ByLanguage(entry[name])) for name in ("speaker", "text"))
    cited = ", ".join(citation["document"] for citation in entry["citations"])
    role = value_text("role", entry["role"], texts)
    return " · ".join(part for part in (role, speaker, display_date(entry["date"], texts), text, cited) if part)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"


_ENTRIES: Mapping[str, Callable[[Mapping[str, Any], Texts], str]] = {
    "wordings": _wording,
    "figures": _figure,
    "points": _point,
}


_WHO = {
    "operator": msgid("the operator"),
    "touchstone": msgid("Touchstone itself"),
    "author": msgid("the message's author"),
}


def actor_label(actor: str, texts: Texts) -> str:
    """Return whoever did it in words, and anybody else as the number or name that is kept."""
    return texts(_WHO[actor]) if actor in _WHO else actor


ACTS: Mapping[str, str] = {
    "claim.edit": msgid("Claim edited"),
    "claim.create": msgid("Claim begun"),
    "claim.remove": msgid("The server's own version given up"),
    "claim.restore": msgid("Older version brought back"),
    "claim.mute": msgid("Claim muted"),
    "claim.unmute": msgid("Claim no longer muted"),
    "claim.cut-off": msgid("Cut-off of a claim set"),
    "claim.resume": msgid("Claim answered again after reports"),
    "claim.import": msgid("Claims imported"),
    "source.add": msgid("Source added"),
    "queue.wording": msgid("Wording taken from the queue"),
    "queue.negative": msgid("“Never match this” taken from the queue"),
    "queue.claim": msgid("Claim opened from the queue"),
    "queue.point": msgid("Point taken from the queue"),
    "queue.resume": msgid("Claim answered again, from the queue"),
    "queue.dismiss": msgid("Item of the queue dismissed"),
    "reports.raise": msgid("Answered more carefully after a report"),
    "reports.lower": msgid("Answered less carefully again after a report was changed"),
    "reports.pause": msgid("Paused after reports"),
    "example.keep": msgid("Example kept"),
    "example.delete": msgid("Example deleted"),
    "server.settings": msgid("Settings of the server changed"),
    "channel.mode": msgid("Mode of a channel changed"),
    "channel.settings": msgid("Settings of a channel changed"),
    "channel.snooze": msgid("Snooze of a channel changed"),
    "server.snooze": msgid("Snooze of the server changed"),
    "member.exempt": msgid("A member left alone"),
    "member.answer": msgid("A member answered again"),
    "pack.load": msgid("Pack of claims loaded"),
    "pack.add": msgid("Pack of claims brought into force"),
    "pack.remove": msgid("Pack of claims left out"),
    "documents.load": msgid("Documents loaded"),
    "documents.add": msgid("Document added"),
    "documents.describe": msgid("Document described"),
    "documents.remove": msgid("Document removed"),
    "undo": msgid("Taken back"),
}
_GIVEN_REASONS = (
    (re.compile("reported by members"), msgid("reported by members")),
    (re.compile(r"as after revision (?P<number>\d+)"), msgid("as after revision {number}")),
)


def act_label(act: str, texts: Texts) -> str:
    """Return what was done; an act that has no words here is shown as it is kept."""
    return texts(ACTS[act]) if act in ACTS else act


def reason_label(reason: str, texts: Texts) -> str:
    """Return why it was done: in other words only where Touchstone itself gave the reason. Nothing is escaped."""
    for pattern, words in _GIVEN_REASONS:
        if found := pattern.fullmatch(reason):
            return texts(words, **found.groupdict())
    return reason


_REASONS = {
    **dict.fromkeys(("tag", "script", "mark", "entity"), msgid("markup")),
    "space": msgid("spaces"),
    "cue": msgid("timing"),
    "head": msgid("front matter"),
    "frame": msgid("frame of the page"),
    "caption": msgid("caption"),
    "credit": msgid("credit"),
    "speaker": msgid("speaker"),
    "reading": msgid("inserted reading"),
    "invisible": msgid("invisible"),
    "filler": msgid("filler"),
    "stutter": msgid("filler"),
    "stop": msgid("doubled stop"),
}
# Too many and too small to be marked in a text that is to be read.
_QUIET = frozenset({"tag", "mark", "entity", "space", "cue", "invisible", "stop", "script"})
# What these are shows by itself.
_SMALL = frozenset({"reading", "filler", "stutter", "speaker"})
_LONGEST_MARK = 60


def read_parts(view: View, texts: Texts) -> Iterator[tuple[str, bool]]:
    """Yield a document as it is read, and in between, marked with True, what was left out, in brackets with its reason.

    What is too small to be told (tags, spaces) is passed over, and of several empty lines one is kept.
    """
    at = 0
    for start, words, reason in _gaps(view):
        here = max(at, bisect_left(view.starts, start))
        if here > at:
            yield _EMPTY_LINES.sub("\n\n", view.text[at:here]), False
        yield _left_out(words, reason, texts), True
        at = here
    if at < len(view.text):
        yield _EMPTY_LINES.sub("\n\n", view.text[at:]), False


_EMPTY_LINES = re.compile(r"[^\S\n]*\n(?:[^\S\n]*\n)+")
_TAG = re.compile(r"<[/!a-zA-Z][^<>]*>?")


def _gaps(view: View) -> Iterator[tuple[int, str, str]]:
    """Yield place, words and reason of what was left out; neighbours of one reason with nothing between are one."""
    waiting: tuple[int, str, str] | None = None
    last = 0
    for each in view.dropped:
        if each.reason in _QUIET or each.end <= last:
            continue
        start = max(each.start, last)
        words = view.raw[start : each.end]
        if waiting is not None and not (
            waiting[2] == each.reason and each.reason not in _SMALL and not view.reading(last, start).strip()
        ):
            yield waiting
            waiting = None
        waiting = (waiting[0], waiting[1] + words, each.reason) if waiting else (start, words, each.reason)
        last = each.end
    if waiting is not None:
        yield waiting


def left_out_line(view: View, texts: Texts) -> str:
    """Say how much of what was left out, and "" where nothing was."""
    left = Counter(texts(_REASONS[each.reason]) for each in view.dropped if each.reason in _REASONS)
    told = " · ".join(f"{reason} {count}" for reason, count in left.most_common())
    return texts("Left out: {told}", told=told) if told else ""


def _left_out(words: str, reason: str, texts: Texts) -> str:
    shown = " ".join(html.unescape(_TAG.sub(" ", words)).split())
    if len(shown) > _LONGEST_MARK:
        shown = texts("{text}… ({count} characters)", text=shown[:_LONGEST_MARK], count=len(words))
    if reason in _SMALL:
        return f"⟦{shown}⟧"
    line = "\n" if words.endswith(("\n", ">")) else ""
    return f"⟦{texts.named(texts(_REASONS.get(reason, reason)), shown)}⟧{line}"


_ATTITUDES: Mapping[str, str] = {
    "asserts": msgid("the document says so"),
    "rejects": msgid("the document rejects it"),
    "reports": msgid("the document reports it"),
    "predicts": msgid("the document foresees it"),
}


def attitude_text(attitude: str, texts: Texts) -> str:
    """Say what a document does with a sentence of its own; "" for what is no attitude."""
    return texts(_ATTITUDES[attitude]) if attitude in _ATTITUDES else ""
