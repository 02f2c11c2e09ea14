"""A backtest, and the sentences about it and about moderators' labels that every front end shows."""

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.texts import Texts, msgid
from checks.model import Action, Finding
from claims.moderation.labels import ENOUGH, SAMPLE, CutOffProposal, likely_share


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A member's message: its id, its text, where it can be looked at (empty: not known), its channel and author."""

    id: str
    text: str
    link: str = ""
    channel: int = 0
    author: int = 0


@dataclass(frozen=True, slots=True)
class WouldSay:
    """A reply that would have been given; the message's text is for the screen and must not be kept."""

    message: PastMessage
    claim: str
    score: float
    stance: str = "asserts"


@dataclass(frozen=True, slots=True)
class ClaimCount:
    """How often a claim would have been answered and offered."""

    claim: str
    replies: int
    offers: int


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What the messages would have led to; cool-downs are left out, so that the counts are upper bounds.

    `sample`: the replies themselves, in their order; where there are more than `SAMPLE`, so many drawn by chance.
    `budget`: replies wanted at most per 1,000 messages (None: as many as there are); `within`: how many it allows;
    where it is in force, the rest become hints.
    """

    messages: int
    replies: int
    offers: int
    claims: tuple[ClaimCount, ...]
    sample: tuple[WouldSay, ...]
    budget: float | None
    within: int

    def per_thousand(self, count: int) -> float:
        """Return a count as so many in 1,000 messages."""
        return 1000 * count / self.messages if self.messages else 0.0


class Backtest:
    """Checks messages one by one and counts; of texts it keeps at most those of the replies in its sample."""

    def __init__(self, check: Callable[[str], Finding], *, keep_texts: bool = False) -> None:
        """Take the check of whose outcomes the counts are; without `keep_texts` no text is kept at all."""
        self._check = check
        self._keep_texts = keep_texts
        self._messages = 0
        self._offers = 0
        self._replies = 0
        self._claims: Counter[tuple[str, Action]] = Counter()
        self._sample: dict[int, WouldSay] = {}

    @property
    def messages(self) -> int:
        """The number of messages so far."""
        return self._messages

    def add(self, *messages: PastMessage) -> None:
        """Check messages and count what they would have led to."""
        for message in messages:
            self.count(message, self._check(message.text))

    def count(self, message: PastMessage, finding: Finding) -> None:
        """Count what a message that was checked would have led to."""
        self._messages += 1
        best = finding.best
        if best is None or finding.action == "silent":
            return
        self._claims[best.claim, finding.action] += 1
        if finding.action == "offer":
            self._offers += 1
            return
        score = best.unrounded
        kept = message if self._keep_texts else replace(message, text="")
        self._replies += 1
        self._draw(WouldSay(kept, best.claim, score, best.stance))

    def _draw(self, reply: WouldSay) -> None:
        """Keep the reply, or let it take the place of another by chance, so that each stays as likely as any."""
        if len(self._sample) >= SAMPLE:
            if random.random() * self._replies >= SAMPLE:  # noqa: S311  a sample is no secret
                return
            del self._sample[random.choice(tuple(self._sample))]  # noqa: S311
        self._sample[self._replies] = reply

    def report(self, budget: float | None) -> BacktestReport:
        """Return what was counted so far; `budget` is in replies per 1,000 messages."""
        within = self._replies if budget is None else min(self._replies, math.ceil(self._messages * _share(budget)))
        claims = [
            ClaimCount(claim, self._claims[claim, "reply"], self._claims[claim, "offer"])
            for claim in {claim for claim, _ in self._claims}
        ]
        claims.sort(key=lambda count: (-count.replies, -count.offers, count.claim))
        return BacktestReport(
            messages=self._messages,
            replies=self._replies,
            offers=self._offers,
            claims=tuple(claims),
            sample=tuple(self._sample.values()),
            budget=budget,
            within=within,
        )


def summary_lines(report: BacktestReport, texts: Texts) -> list[str]:
    """Return how many messages, replies and offers there were, and what the budget makes of them."""
    read = texts.plural("{count} message of members read.", "{count} messages of members read.", report.messages)
    if not report.messages:
        return [read]
    replies, offers = (f"{report.per_thousand(count):.2f}" for count in (report.replies, report.offers))
    return [
        read,
        texts("Replies: {count}, {rate} per 1,000 messages.", count=report.replies, rate=replies),
        texts("Offers: {count}, {rate} per 1,000 messages.", count=report.offers, rate=offers),
        texts("Cool-downs are not counted in: in chat it is this many at most."),
        *_budget(report, texts),
    ]


def _share(budget: float) -> Fraction:
    """Return the share of messages that so many in 1,000 are: 2/11 in 1,000 is one in 5,500, and not one in 5,501."""
    return Fraction(budget).limit_denominator(1_000_000) / 1000


def _budget(report: BacktestReport, texts: Texts) -> list[str]:
    if report.budget is None:
        return []
    budget, over = f"{report.budget:g}", report.replies - report.within
    if not over:
        least = math.ceil(1 / _share(report.budget)) if report.budget else 0
        if report.messages < least:
            return [
                texts.plural(
                    "{count} message is too little to hold against a budget of {budget} per 1,000: from {least} on"
                    " they say something.",
                    "{count} messages are too few to hold against a budget of {budget} per 1,000: from {least} on"
                    " they say something.",
                    report.messages,
                    budget=budget,
                    least=least,
                )
            ]
        return [texts("That keeps the budget of {budget} per 1,000 messages.", budget=budget)]
    return [
        texts.plural(
            "The budget of {budget} per 1,000 messages would have made a hint of {count} of them.",
            "The budget of {budget} per 1,000 messages would have made hints of {count} of them.",
            over,
            budget=budget,
        )
    ]


def proposal_lines(proposal: CutOffProposal, texts: Texts) -> list[str]:
    """Return what the labels say of the cut-off, and how sure that is."""
    if not proposal.total:
        return [texts("Tick what is right and what is wrong: from {count} ticks on I can say more.", count=ENOUGH)]
    least, most = (f"{100 * share:.0f}" for share in likely_share(proposal.wrong, proposal.total))
    values = {"wrong": proposal.wrong, "total": proposal.total, "least": least, "most": most}
    lines = [
        texts(
            "Ticked: {total}, of these wrong: {wrong}. Of all such replies, {least}–{most}% are likely wrong.",
            **values,
        )
    ]
    if proposal.outcome != "proposed" or proposal.cut_off is None:
        return [*lines, texts(_NO_CUT_OFF[proposal.outcome], count=ENOUGH)]
    told = {"least": f"{proposal.least:.2f}", "most": f"{proposal.most:.2f}", "cut_off": f"{proposal.cut_off:.2f}"}
    lines.append(texts("They speak for a cut-off of {cut_off}; others from {least} to {most} may do as well.", **told))
    return [*lines, kept_line(proposal, texts)]


_NO_CUT_OFF = {
    "few": msgid("From {count} ticks on I can say whether another cut-off would be better."),
    "rare": msgid("Too few are wrong for another cut-off: it would cost right replies for nothing."),
    "kept": msgid("The present cut-off does as well as any other."),
    "mixed": msgid(
        "No cut-off tells right from wrong here: the wrong ones score as high as the right ones. Mend the claims that"
        " they name, or hint instead of answering."
    ),
}


def kept_line(proposal: CutOffProposal, texts: Texts) -> str:
    """Return what the proposed cut-off leaves of the replies that were ticked."""
    return texts(
        "Of the ticked replies it leaves {kept_right} of {right} right ones and {kept_wrong} of {wrong} wrong ones; the"
        " others become hints.",
        kept_right=proposal.kept_right,
        right=proposal.right,
        kept_wrong=proposal.kept_wrong,
        wrong=proposal.wrong,
    )


def label_row(message: str, text: str, claim: str, stance: str, *, is_right: bool) -> dict[str, object]:
    """Return a ticked reply in the form of labelled messages, as `touchstone calibrate` and `evaluate` read them."""
    said = stance if stance in {"asserts", "asks"} else "asserts"
    label = {"claims": [claim], "stance": said} if is_right else {"claims": [], "stance": "none"}
    return {"id": message, "text": text, **label}


def written(cut_off: float) -> str:
    """Return a cut-off with as many decimals as it needs, at most 9: near 1 a few of them are not enough."""
    return f"{cut_off:.9f}".rstrip("0").rstrip(".")
