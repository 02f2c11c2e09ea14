"""From one ClaimReview to a draft in the form of a pack: what is claimed, how it was rated, by whom, and where."""

import hashlib
from datetime import date

from checks.text import count_han
from claims.exchange.json_lines import LinedJson, Object
from claims.exchange.json_values import address_in, cut, day_in, number_in, text_in
from claims.exchange.ratings import Ratings
from config.errors import PackProblem
from config.faults import worded

_LINE, _SENTENCE, _NAME = 300, 600, 80  # the longest texts that packs allow, and the longest name of a refused review
_ID_DIGITS = 16
_LANGUAGES = ("en", "zh")
# A rating in the lower third of its scale speaks against the claim, one in the upper third for it.
_AGAINST, _FOR = 1 / 3, 2 / 3


class NoDraftError(Exception):
    """A review that makes no draft: what tells it apart, and what is wrong with it."""

    def __init__(self, name: str, field: str, fault: str, mend: str) -> None:
        super().__init__(fault)
        self.name = name
        self.problem = PackProblem(0, field, fault, mend)


def draft_data(review: Object, lined: LinedJson, ratings: Ratings, today: date) -> Object:
    """Return the draft; raises NoDraftError. The same review always gives a draft of the same id."""
    url = address_in(review.get("url"))
    claimed = text_in(review.get("claimReviewed")) or text_in(lined.inner(review, "itemReviewed").get("name"))
    if not claimed:
        fault = worded("it does not say what was claimed")
        raise NoDraftError(url or "?", "claimReviewed", fault, worded("Fill in claimReviewed."))
    language = _language(review, claimed)
    day = day_in(review.get("datePublished")) or today.isoformat()
    rating = lined.inner(review, "reviewRating")
    said = text_in(rating.get("alternateName")) or text_in(rating.get("ratingExplanation"))
    publisher = text_in(lined.inner(review, "author").get("name"))
    digest = hashlib.sha256(f"{url} {claimed}".encode("utf-8", "surrogatepass")).hexdigest()
    title = cut(claimed, _LINE)
    point: Object = {
        "role": _role(rating, said, ratings),
        "speaker": _in_one(language, cut(publisher, _LINE)),
        "date": day,
        "text": _in_one(language, " – ".join(part for part in (cut(said, _SENTENCE - len(url) - 3), url) if part)),
        "citations": [],
    }
    return {
        "id": f"review-{digest[:_ID_DIGITS]}",
        "kind": ratings.kinds.get(said.casefold(), "contested"),
        "status": "draft",
        "title": _in_one(language, title),
        "as_of": day,
        "wordings": {language: [title]},
        "points": [point] if said or url else [],
    }


def _role(rating: Object, said: str, ratings: Ratings) -> str:
    """Tell what the rating means for the claim, by its words or else by its place on its scale."""
    known = ratings.roles.get(said.casefold())
    value, worst, best = (number_in(rating.get(key)) for key in ("ratingValue", "worstRating", "bestRating"))
    if known or value is None or worst is None or best is None or not worst <= value <= best or worst == best:
        return known or "context"
    place = (value - worst) / (best - worst)
    return "refutes" if place <= _AGAINST else "supports" if place >= _FOR else "context"


def _language(review: Object, claimed: str) -> str:
    given = text_in(review.get("inLanguage"))
    if not given:
        return "zh" if count_han(claimed) * 4 >= len(claimed) else "en"
    language = given.lower().replace("_", "-").partition("-")[0]
    if language not in _LANGUAGES:
        fault = worded("the review is in {language!r}, and claims are kept in English and Chinese", language=given[:20])
        raise NoDraftError(cut(claimed, _NAME), "inLanguage", fault, worded("Give a review in one of these."))
    return language


def _in_one(language: str, text: str) -> dict[str, str]:
    return dict.fromkeys(_LANGUAGES, "") | {language: text}
