"""What a check is worth: on ordinary chat, on labelled messages, and on sets of known claims, by how high one ranks.

Figures, and what they are made of (worst rows, confused claims); nothing is printed here, and no weight is fitted.
"""

import math
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.checker import Checker
from checks.embedders.embedder import MeaningSource
from checks.evaluation_files import ChatLine, ClaimText, LabelledMessage, Query
from checks.lexicon import Lexicon
from checks.model import Finding, KnownClaim, KnownWording, Match
from checks.text import count_han
from checks.tuning import Tuning
from config.languages import ByLanguage


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """A line that was answered or offered an answer, with the claim and its score."""

    line: ChatLine
    action: str
    claim: str
    score: float


@dataclass(frozen=True, slots=True)
class ChatReport:
    """How many lines there were, and the false alarms among them, highest score first."""

    lines: int
    alarms: Sequence[FalseAlarm]

    def count(self, *actions: str) -> int:
        """Return the number of false alarms of these actions."""
        return sum(alarm.action in actions for alarm in self.alarms)

    def per_thousand(self, *actions: str) -> float:
        """Return the number of false alarms of these actions in 1,000 lines."""
        return 1000 * self.count(*actions) / max(1, self.lines)


def count_alarms(judged: Iterable[tuple[ChatLine, Finding]]) -> ChatReport:
    """Return the report on lines that were checked."""
    alarms: list[FalseAlarm] = []
    count = 0
    for line, finding in judged:
        count += 1
        if finding.action != "silent" and finding.best is not None:
            alarms.append(FalseAlarm(line, finding.action, finding.best.claim, finding.best.score))
    return ChatReport(count, sorted(alarms, key=lambda alarm: (alarm.action != "reply", -alarm.score)))


# Shorter claims and shorter chat say too little to be taken for anything.
_LEAST_WORDS = 5
LEAST_CHAT_WORDS = 4
_SEED = 2022


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a threshold gives that so many lines of chat pass: shares of the queries answered rightly and wrongly."""

    alarms: int
    lines: int
    score: float
    answered: float
    wrong: float


def choose_claims(claims: Sequence[ClaimText], queries: Sequence[Query], count: int) -> list[ClaimText]:
    """Return all claims that the queries are about, and others of at least five words by chance, `count` in all."""
    right = {claim for query in queries for claim in query.right}
    others = [claim for claim in claims if claim.id not in right and len(claim.text.split()) >= _LEAST_WORDS]
    random.Random(_SEED).shuffle(others)  # noqa: S311  a sample, no secret
    needed = [claim for claim in claims if claim.id in right]
    return [*needed, *others[: max(0, count - len(needed))]]


def decide_retrieval(checker: Checker, queries: Sequence[Query], chat: Iterable[str], budget: float) -> Threshold:
    """Set the threshold so that at most a share of `budget` of the chat passes, and count what then is answered."""
    scores = sorted((checker.surest(text)[1] for text in chat), reverse=True)
    alarms = int(budget * len(scores))
    threshold = scores[alarms] if alarms < len(scores) else -math.inf
    best = [(query, *checker.surest(query.text)) for query in queries]
    passed = [(query, claim) for query, claim, score in best if score > threshold]
    right = sum(claim in query.right for query, claim in passed)
    count = max(1, len(queries))
    return Threshold(alarms, len(scores), threshold, right / count, (len(passed) - right) / count)


Judged = tuple[LabelledMessage, Finding]


@dataclass(frozen=True, slots=True)
class WorstRow:
    """A row that went wrong: what was wrong with it (a key), and what the check answered."""

    message: LabelledMessage
    fault: str
    action: str
    claim: str | None
    score: float


@dataclass(frozen=True, slots=True)
class MessageReport:
    """The outcome: shares (0–1) by name, for all and by language; worst rows; pairs of confused claims.

    Attributes:
        rows: number of messages.
        figures: `top1`, `replied`, `replied_or_offered`, `wrong`, `false`, `false_offer`, `lectured`, `denies_seen`,
            `asks_seen`, `conflict_seen`, `conflict_false`.
        by_language: the same for each language.
        worst: rows that went wrong, false replies first.
        confusion: (right claim, claim on top) with how often.
    """

    rows: int
    figures: Mapping[str, float]
    by_language: Mapping[str, Mapping[str, float]]
    worst: Sequence[WorstRow]
    confusion: Sequence[tuple[str, str, int]]


def judge_findings(found: Iterable[Judged]) -> MessageReport:
    """Hold the findings of messages that were checked against their labels."""
    judged = list(found)
    languages = sorted({row.language for row, _ in judged})
    return MessageReport(
        rows=len(judged),
        figures=message_figures(judged),
        by_language={one: message_figures([pair for pair in judged if pair[0].language == one]) for one in languages},
        worst=_worst(judged),
        confusion=_confusion(judged),
    )


def message_figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the shares by name; a share of no rows is left out."""
    said = [pair for pair in judged if pair[0].said]
    other = [pair for pair in judged if not pair[0].claims]
    denying = [pair for pair in judged if pair[0].stance == "denies"]
    asking = [pair for pair in judged if pair[0].stance == "asks"]
    conflicting = [pair for pair in judged if pair[0].numbers == "conflict" and pair[0].stance == "asserts"]
    agreeing = [pair for pair in said if pair[0].numbers != "conflict"]
    shares = {
        "top1": _share(said, _is_right),
        "replied": _share(said, lambda pair: _acts(pair, "reply") and _is_right(pair)),
        "replied_or_offered": _share(said, lambda pair: _acts(pair, "reply", "offer") and _is_right(pair)),
        "wrong": _share(said, lambda pair: _acts(pair, "reply") and not _is_right(pair)),
        "false": _share(other, lambda pair: _acts(pair, "reply")),
        "false_offer": _share(other, lambda pair: _acts(pair, "reply", "offer")),
        "lectured": _share(denying, lambda pair: _acts(pair, "reply")),
        "denies_seen": _share(denying, lambda pair: _is_right(pair) and _messages_best(pair).stance == "denies"),
        "asks_seen": _share(asking, lambda pair: _is_right(pair) and _messages_best(pair).stance == "asks"),
        "conflict_seen": _share(conflicting, lambda pair: _is_right(pair) and _messages_best(pair).figures_differ),
        "conflict_false": _share(agreeing, lambda pair: _is_right(pair) and _messages_best(pair).figures_differ),
    }
    return {name: share for name, share in shares.items() if share is not None}


def _share(pairs: Sequence[Judged], good: Callable[[Judged], bool]) -> float | None:
    return sum(map(good, pairs)) / len(pairs) if pairs else None


def _is_right(pair: Judged) -> bool:
    row, finding = pair
    return finding.best is not None and finding.best.claim in row.claims


def _messages_best(pair: Judged) -> Match:
    best = pair[1].best
    assert best is not None  # noqa: S101  asked only after the match was found right
    return best


def _acts(pair: Judged, *actions: str) -> bool:
    return pair[1].action in actions


def _fault(pair: Judged) -> tuple[int, str] | None:
    """Return what is wrong, worst first by its number; None where nothing is."""
    row, finding = pair
    faults = (
        (not row.claims and finding.action == "reply", "false reply"),
        (row.said and finding.action == "reply" and not _is_right(pair), "wrong reply"),
        (row.stance == "denies" and finding.action == "reply", "lectured"),
        (not row.claims and finding.action == "offer", "false offer"),
        (row.said and not _is_right(pair), "another claim on top" if finding.matches else "nothing found"),
        (row.said and finding.action == "silent", "left unanswered"),
    )
    return next(((order, fault) for order, (holds, fault) in enumerate(faults) if holds), None)


def _worst(judged: Sequence[Judged]) -> list[WorstRow]:
    found: list[tuple[tuple[int, float], WorstRow]] = []
    for row, finding in judged:
        fault = _fault((row, finding))
        if fault is not None:
            claim, score = (finding.best.claim, finding.best.score) if finding.best else (None, 0.0)
            found.append(((fault[0], -score), WorstRow(row, fault[1], finding.action, claim, score)))
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def _confusion(judged: Sequence[Judged]) -> list[tuple[str, str, int]]:
    pairs = Counter(
        (right, pair[1].best.claim)
        for pair in judged
        if pair[0].said and pair[1].best is not None and not _is_right(pair)
        for right in sorted(pair[0].claims)[:1]
    )
    return [(right, found, count) for (right, found), count in pairs.most_common()]


_AT = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A query with the claims found for it, best first.

    `itself` is a claim that the query repeats word for word and that the set does not call right, as sets made of pairs
    of sentences have them.
    """

    query: Query
    found: Sequence[str]
    itself: str | None = None

    @property
    def average_precision(self) -> float:
        """Return the average precision at 5 (0–1)."""
        hits, total = 0, 0.0
        for place, claim in enumerate(self.found[:_AT], 1):
            if claim in self.query.right:
                hits += 1
                total += hits / place
        return total / min(_AT, max(1, len(self.query.right)))


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """The outcome on one file of queries; all shares 0–1.

    `milliseconds` are of processor time a query, `elapsed` those that passed, by whatever number of processors.
    """

    claims: int
    ranked: Sequence[Ranked]
    milliseconds: float
    elapsed: float

    @property
    def figures(self) -> dict[str, float]:
        """Return MAP@5, precision at 1, and the share with a right claim among the first five.

        `p@1_others` is the precision at 1 where a claim that the query repeats word for word does not count as found.
        """
        count = max(1, len(self.ranked))
        others = [([claim for claim in each.found if claim != each.itself], each.query.right) for each in self.ranked]
        return {
            "map@5": sum(each.average_precision for each in self.ranked) / count,
            "p@1": sum(bool(set(each.found[:1]) & each.query.right) for each in self.ranked) / count,
            "s@5": sum(bool(set(each.found[:_AT]) & each.query.right) for each in self.ranked) / count,
            "p@1_others": sum(bool(set(found[:1]) & right) for found, right in others) / count,
        }

    @property
    def missed(self) -> list[Ranked]:
        """Return the queries with no right claim among the first five."""
        return [each for each in self.ranked if not set(each.found[:_AT]) & each.query.right]


def known_claim(claim: ClaimText) -> KnownClaim:
    """Return a claim of a retrieval set as the checks know claims: its text, and the title together with the text."""
    language = "zh" if count_han(claim.text) else "en"
    texts = [claim.text, f"{claim.title}. {claim.text}"] if claim.title else [claim.text]
    wordings = tuple(KnownWording(text, language) for text in texts)
    return KnownClaim(claim.id, "context", ByLanguage(en=claim.title), wordings)


def hold_claims(
    claims: Iterable[ClaimText], lexicon: Lexicon, tuning: Tuning, meaning: MeaningSource | None = None
) -> Checker:
    """Return a checker that holds the claims of a retrieval set, as the bot would hold them."""
    return Checker(map(known_claim, claims), lexicon, tuning, meaning)


# So many queries are embedded together, and handed to another process.
_TOGETHER = 16
# Queries that were ranked, and the seconds of processor time that it took.
Portion = tuple[list[Ranked], float]


def embed_claims(checker: Checker) -> None:
    """Have all claims embedded that have no vector yet."""
    checker.ranking("the first ranking embeds what has no vector yet")


def rank(checker: Checker, queries: Sequence[Query]) -> Portion:
    """Rank the claims for some queries, as a check ranks them."""
    start = time.process_time()
    found = zip(queries, checker.rankings([query.text for query in queries]), strict=True)
    ranked = [Ranked(query, ids, _itself(checker, query)) for query, ids in found]
    return ranked, time.process_time() - start


def _itself(checker: Checker, query: Query) -> str | None:
    itself = checker.said_verbatim(query.text)
    return itself if itself not in query.right else None


def judge_retrieval(
    checker: Checker,
    queries: Sequence[Query],
    spread: Callable[[Sequence[Sequence[Query]]], Iterable[Portion]] | None = None,
) -> RetrievalReport:
    """Rank the claims for every query, in portions; `spread` has `rank` done with each, in order, wherever it will."""
    embed_claims(checker)
    portions = [queries[at : at + _TOGETHER] for at in range(0, len(queries), _TOGETHER)]
    start = time.perf_counter()
    done = [*spread(portions)] if spread else [rank(checker, portion) for portion in portions]
    elapsed, count = time.perf_counter() - start, max(1, len(queries))
    spent = sum(seconds for _, seconds in done)
    ranked = [each for portion, _ in done for each in portion]
    return RetrievalReport(checker.base.size, ranked, 1000 * spent / count, 1000 * elapsed / count)


_ADDRESS_OR_LONGER_WORD = re.compile(r"https?://\S+|(?P<word>(?<!\w)[A-Za-z]{5,}(?!\w))")
_EVERY = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def mistyped(text: str, seed: int) -> str:
    """Return the text with a slip in every third of its longer words (five Latin letters and more).

    One letter is left out, doubled, another one, or in the place of its neighbour. The same text and seed give the same
    slips. Addresses stay whole.
    """
    chance = random.Random(f"{seed} {text}")  # noqa: S311  a sample, no secret
    words = iter(range(len(text)))

    def slip(found: re.Match[str]) -> str:
        word = found["word"]
        return _slip(word, chance) if word and next(words) % _EVERY == 0 else found.group()

    return _ADDRESS_OR_LONGER_WORD.sub(slip, text)


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    match chance.randrange(4):
        case 0:
            return before + after
        case 1:
            return before + letter + letter + after
        case 2:
            return before + chance.choice(_LETTERS.replace(letter.lower(), "")) + after
        case _:
            return before + after[0] + letter + after[1:]
