"""Decide what a match calls for: reply, offer or silence. In doubt, silence."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.model import Action, Guard, Stance
from checks.tuning import CutOffs


@dataclass(frozen=True, slots=True)
class Case:
    """What the policy looks at: probability, stance and the guards."""

    probability: float
    stance: Stance
    guards: tuple[Guard, ...]
    muted: bool = False
    cut_off: float | None = None
    raised_to: float = 0.0

    def passed(self, guard: str) -> bool:
        """Tell whether the guard of that name passed (or was not asked)."""
        return all(each.passed for each in self.guards if each.name == guard)


_MORE_RELUCTANT: Mapping[Action, Action] = {"reply": "offer", "offer": "silent", "silent": "silent"}


def decide(case: Case, cut_offs: CutOffs) -> Action:
    """Return the action for one match.

    Silent: muted claims, debunkers, claims only quoted, messages nearer to a negative wording than to any wording.
    Offer at most: other names than the claim's, a message that sounds half like a denial, a mere mention of the claim.
    Below the bar that members' reports have raised: an offer instead of a reply, silence instead of an offer.
    """
    action = _by_rule(case, cut_offs)
    return _MORE_RELUCTANT[action] if case.probability < case.raised_to else action


def bar(case: Case, cut_offs: CutOffs) -> float:
    """Return the probability from which the match would be offered at least; 0 where its probability is not asked."""
    return 0.0 if _is_barred(case) or _is_doubtful(case) else _offer_from(case, cut_offs)


def _by_rule(case: Case, cut_offs: CutOffs) -> Action:
    reply_from = case.cut_off if case.cut_off is not None else cut_offs.reply
    if _is_barred(case) or case.probability < _offer_from(case, cut_offs):
        return "silent"
    if _is_doubtful(case):
        return "offer" if case.probability >= reply_from else "silent"
    if case.probability >= reply_from:
        return "reply"
    return "offer"


def _is_doubtful(case: Case) -> bool:
    return not (case.passed("names") and case.passed("doubt") and case.passed("mention"))


def _is_barred(case: Case) -> bool:
    return case.muted or case.stance == "denies" or not case.passed("negative") or not case.passed("quoted")


def _offer_from(case: Case, cut_offs: CutOffs) -> float:
    return cut_offs.offer if case.cut_off is None else min(cut_offs.offer, case.cut_off)
