"""How strong a claim is: whether its wordings are heard, how they cover each other, and what it may be taken for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from checks.checker import Checker
from checks.lexicon import Lexicon, analyse
from checks.model import KnownWording
from claims.packs.plain import plain_number
from claims.record import ClaimRecord
from config.languages import CODES, lexicon_files, written_language

Level = Literal["few", "fair", "good"]

MOST_TRIED = 24  # wordings that are said word for word; each takes some milliseconds
MOST_SUGGESTED = 5
NEAR_FROM = 0.3  # the probability from which another claim is one that this may be taken for
_ALIKE = 0.8  # wordings that share so many of their words say it in one way only
_FEW, _MANY = 3, 6
_LONGEST = 120
_ENDS = re.compile(r"[\s.!?。！？…]+$")


@dataclass(frozen=True, slots=True)
class Strength:
    """What would be heard of a claim.

    `counts` are its wordings by language; `likeness` is how many words two wordings of one language share in the mean
    (0–1); `unheard` are wordings that would not be answered as this claim; `near` are the ids of other claims that
    its wordings come close to, the nearest first; `suggested` are further wordings, made by rule.
    """

    level: Level
    counts: tuple[tuple[str, int], ...]
    likeness: float
    unheard: tuple[str, ...]
    near: tuple[str, ...]
    suggested: tuple[str, ...]


def strength_of(claim: ClaimRecord, checker: Checker, lexicon: Lexicon) -> Strength:
    """Say each wording of the claim word for word to a checker that holds it, published or not."""
    said = [wording for wording in claim.wordings if wording.says]
    unheard: list[str] = []
    near: dict[str, float] = {}
    for wording in _spread(said):
        finding = checker.check(wording.text)
        own = next((match for match in finding.matches if match.claim == claim.id), None)
        if own is None or own.action != "reply":
            unheard.append(wording.text)
        for match in finding.matches:
            if match.claim != claim.id and match.is_on_topic and match.score >= NEAR_FROM:
                near[match.claim] = max(match.score, near.get(match.claim, 0.0))
    counts = tuple((language, sum(each.language == language for each in said)) for language in CODES)
    likeness = _likeness(said, lexicon)
    nearest = tuple(sorted(near, key=lambda name: -near[name]))
    level = _level(len(said), len(_spread(said)), likeness, len(unheard), len(nearest))
    return Strength(level, counts, likeness, tuple(unheard), nearest, tuple(suggestions(claim)))


def _spread(said: Sequence[KnownWording]) -> Sequence[KnownWording]:
    """Return wordings from the whole list, where there are more than are tried."""
    step = max(1, -(-len(said) // MOST_TRIED))
    return said[::step]


def _level(count: int, tried: int, likeness: float, unheard: int, near: int) -> Level:
    if count < _FEW or unheard * 2 > tried:
        return "few"
    return "good" if count >= _MANY and likeness < _ALIKE and not unheard and not near else "fair"


def _likeness(said: Sequence[KnownWording], lexicon: Lexicon) -> float:
    spread = [(each.language, analyse(each.text, lexicon).words) for each in _spread(said)]
    shares = [
        2 * len(one & other) / (len(one) + len(other))
        for (language, one), (another, other) in combinations(spread, 2)
        if language == another and one and other
    ]
    return sum(shares) / len(shares) if shares else 0.0


def suggestions(claim: ClaimRecord) -> Iterator[str]:
    """Yield up to five wordings that the claim has not, from its title, its figures and the points for it."""
    known = {_key(wording.text) for wording in claim.wordings}
    found = 0
    for text in _made(claim):
        if found < MOST_SUGGESTED and text and len(text) <= _LONGEST and _key(text) not in known:
            known.add(_key(text))
            found += 1
            yield text


def _made(claim: ClaimRecord) -> Iterator[str]:
    # Beside wordings of its language a title is heard as it is; without any it is the first that a draft needs.
    worded = {wording.language for wording in claim.wordings}
    yield from (_ENDS.sub("", title) for title in claim.title.values() if written_language(title) not in worded)
    for figure in claim.figures:
        low, high = plain_number(figure.low), plain_number(figure.high)
        said = re.compile(rf"(?<![\d.,]){re.escape(str(low))}(?![.,]?\d)")
        if any(said.search(title) for title in claim.title.values()):
            # With what it is of: the subject alone says less.
            continue
        unit = "" if figure.unit == "count" else figure.unit.partition("|")[0]
        value = f"{low}" if low == high else f"{low}–{high}"
        for language, subject in figure.subject.items():
            rules = _rules().get(language)
            if rules and written_language(subject) == language:
                yield rules.figure.format(subject=subject, value=value, unit=unit).strip()
    for title in claim.title.values():
        if rules := _rules().get(written_language(title)):
            yield rules.hearsay.format(title=_lowered(_ENDS.sub("", title), rules.small, claim))
    for point in claim.points:
        if point.role == "supports":
            yield from (_ENDS.sub("", text) for text in point.text.values())


class _Rules(BaseModel):
    """How wordings are made in one language, each rule explained in its file (wordings.yaml)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    hearsay: str
    figure: str
    reason: str
    least: int
    small: tuple[str, ...] = ()


@cache
def _rules() -> Mapping[str, _Rules]:
    return {
        code: _Rules.model_validate(yaml.load(text, yaml.CSafeLoader))
        for code, text in lexicon_files("wordings.yaml").items()
    }


def first_clause(sentence: str) -> str:
    """Return what a sentence says before it only gives a reason or an example; "" where that is hardly anything."""
    clause = re.split("|".join(rules.reason for rules in _rules().values()), sentence, maxsplit=1)[0]
    rules = _rules().get(written_language(sentence))
    return clause if rules and len(clause) >= rules.least else ""


def _lowered(title: str, small: Sequence[str], claim: ClaimRecord) -> str:
    """Begin the title small, unless its first word may be a name: the claim's texts have it small, or the rules."""
    first = title.split(" ", maxsplit=1)[0]
    lower = first[:1].lower() + first[1:]
    said = [wording.text for wording in claim.wordings]
    said += [text for point in claim.points for text in point.text.values()]
    others = {word for text in said for word in re.findall(r"\w+", text)}
    return lower + title[len(first) :] if first in small or lower in others else title


def _key(text: str) -> str:
    return _ENDS.sub("", text).casefold()
