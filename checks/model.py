"""What goes into a check and comes out: a claim as the checks know it, and a finding with its matches."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from sys import intern
from typing import Any, Literal, Self, overload

from config.languages import NO_TEXT, ByLanguage, Language

Stance = Literal["asserts", "denies", "asks", "mentions"]
Action = Literal["reply", "offer", "silent"]


@dataclass(frozen=True, slots=True)
class FigureFinding:
    """One figure of a message held against the figure that the claim documents.

    `said` is written as in the message; `documented` is the claim's figure in plain notation (`1.2 kg`);
    `subject` says what the documented figure measures. `source` is what the source gives instead,
    in the same notation, and `place` where; both are "" where the claim's figure is all there is. `is_claim`: the
    figure is what the claim itself says, not context beside it. `figure` is the claim's figure as it is kept.
    `is_source`: the message gives what the source gives, where that is another figure than the claim's; it then agrees.
    """

    said: str
    documented: str
    agrees: bool
    subject: ByLanguage = NO_TEXT
    source: str = ""
    place: str = ""
    is_claim: bool = True
    figure: "KnownFigure | None" = field(default=None, compare=False)
    is_source: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """The outcome of one guard, for "Why this?": its name, whether it passed, and what it saw."""

    name: str
    passed: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One claim found in a message.

    `score` is the probability (0–1) that the message makes or asks about this claim; `action` is what this match alone
    would call for; `why` names measures and guards in short, for logs and machines (people get the guards in words);
    `places` are the spans of the folded message that point to the claim; `bar` is the score from which the match would
    be offered at least (what members' reports have raised left aside), 0 where something other than its score keeps it
    silent; `exact` is the score before it was rounded (None: the same), which alone tells near-certain matches apart;
    `verbatim` tells whether the message is one of the claim's wordings, word for word.
    """

    claim: str
    score: float
    stance: Stance
    wording: str
    figures: tuple[FigureFinding, ...] = ()
    guards: tuple[Guard, ...] = ()
    why: str = ""
    version: int = 1
    action: Action = "silent"
    places: tuple[tuple[int, int], ...] = ()
    bar: float = 0.0
    exact: float | None = None
    verbatim: bool = False

    @property
    def unrounded(self) -> float:
        """Return the score before it was rounded."""
        return self.score if self.exact is None else self.exact

    @property
    def is_on_topic(self) -> bool:
        """Tell whether the message is about this claim, and not about something akin."""
        return all(guard.passed for guard in self.guards if guard.name == "topic")

    @property
    def figures_differ(self) -> bool:
        """Tell whether any figure of the message differs from the documented one."""
        return any(not figure.agrees for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Finding:
    """A message and what was found in it: at most three matches, best first, and the action that follows."""

    text: str
    language: Language
    action: Action
    matches: tuple[Match, ...] = field(default=())

    @property
    def best(self) -> Match | None:
        """Return the best match, or None where nothing matched."""
        return self.matches[0] if self.matches else None

    def near_miss(self, share: float) -> Match | None:
        """Return the best match where only its score keeps it silent, and this is at least that share of the bar."""
        best = self.best
        if best is None or best.action != "silent" or not share * best.bar <= best.unrounded < best.bar:
            return None
        return best

    @property
    def answered(self) -> tuple[Match, ...]:
        """Return the matches that an answer speaks about: those that call for a reply, else the best one."""
        replying = tuple(match for match in self.matches if match.action == "reply")
        return replying or self.matches[:1]


Kind = Literal["contested", "context", "outlook"]
Bound = Literal["exactly", "about", "over", "under", "range"]
FigureRole = Literal["claim", "context"]


@dataclass(frozen=True, slots=True)
class KnownWording:
    """One way to speak of a claim: to say it, to dispute it (`denies`), or (`negative`) what must never match it."""

    text: str
    language: str
    negative: bool = False
    denies: bool = False

    @property
    def says(self) -> bool:
        """Tell whether this is a way to say the claim."""
        return not self.negative and not self.denies


class WordingList(Sequence[KnownWording]):
    """The wordings of a claim as bytes, in less than half the room of so many objects; each is made when asked for.

    Equal to a tuple of the same wordings. `written` has all that is said of each, one after another; `has_denials`
    tells whether any of them disputes the claim.
    """

    __slots__ = ("_ends", "has_denials", "written")

    def __init__(self, wordings: Iterable[KnownWording]) -> None:
        """Write the wordings."""
        self._write((each.text, each.language, each.negative, each.denies) for each in wordings)

    @classmethod
    def of_rows(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Return wordings that are given as text, language, `negative` and `denies`: those of a base are thousands."""
        made = cls(())
        made._write(rows)
        return made

    def _write(self, rows: Iterable[Sequence[Any]]) -> None:
        parts: list[bytes] = []
        self.has_denials = False
        for text, language, negative, denies in rows:
            self.has_denials |= denies
            parts.append(f"{negative:d}{denies:d}{language}\0{text}".encode("utf-8", "surrogatepass"))
        self.written = b"".join(parts)
        self._ends = array("I", accumulate(map(len, parts)))

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[KnownWording]:
        return (_read(self.written[start:end]) for start, end in pairwise((0, *self._ends)))

    @overload
    def __getitem__(self, place: int) -> KnownWording: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[KnownWording, ...]: ...
    def __getitem__(self, place: int | slice) -> KnownWording | tuple[KnownWording, ...]:
        return tuple(self)[place]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, WordingList):
            return self.written == other.written and self._ends == other._ends
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _read(written: bytes) -> KnownWording:
    facts, _, text = written.decode("utf-8", "surrogatepass").partition("\0")
    return KnownWording(text, intern(facts[2:]), negative=facts[0] == "1", denies=facts[1] == "1")


@dataclass(frozen=True, slots=True)
class KnownFigure:
    """A figure of a claim: `low` ≤ value ≤ `high` in `unit`, as the pack writes it.

    `unit` is a name of the unit table, or spellings of a unit of the claim's own with a bar between (`BTC|bitcoin`).
    `documented_low` to `documented_high` is what the source gives instead, where a contested figure has that, in the
    same unit; `documented_place` says where it stands there.
    """

    low: float
    high: float
    unit: str
    bound: Bound = "exactly"
    role: FigureRole = "claim"
    subject: ByLanguage = NO_TEXT
    documented_low: float | None = None
    documented_high: float | None = None
    documented_bound: Bound = "exactly"
    documented_place: str = ""


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """A claim as the checks see it.

    `cut_off` replaces the fitted cut-off for a reply, where moderators have set one; `muted` claims are found but never
    answered. `raised_to` comes from members' reports: a match that scores less is treated one step more reluctantly.
    `points` are the texts of what is said for, against and about the claim: who repeats them seldom makes the claim.
    """

    id: str
    kind: Kind
    title: ByLanguage
    wordings: Sequence[KnownWording]
    figures: tuple[KnownFigure, ...] = ()
    version: int = 1
    cut_off: float | None = None
    muted: bool = False
    raised_to: float = 0.0
    points: tuple[str, ...] = ()

    @property
    def has_denials(self) -> bool:
        """Tell whether any wording disputes the claim; of very many claims this is asked of each."""
        if isinstance(self.wordings, WordingList):
            return self.wordings.has_denials
        return any(wording.denies for wording in self.wordings)

    def is_read_as(self, other: "KnownClaim") -> bool:
        """Tell whether two claims differ in settings alone, and are read alike."""
        settings = {name: getattr(other, name) for name in _SETTINGS}
        return replace(self, **settings) == other


_SETTINGS = ("kind", "figures", "version", "cut_off", "muted", "raised_to")


@dataclass(frozen=True, slots=True)
class LocalCutOff:
    """A cut-off for replies in one place, in place of the `usual` one (None: the fitted one)."""

    cut_off: float
    usual: float | None = None

    def of(self, claim: KnownClaim) -> float | None:
        """Return the cut-off that counts for a claim: one that was set for this claim stays."""
        return self.cut_off if claim.cut_off == self.usual else claim.cut_off
