"""What one published review makes of a claim: a draft in the form of packs, with its language, day and verdict."""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any, cast, get_args
from urllib.parse import urlsplit

import yaml

from checks.figures.units import is_own
from checks.model import Bound, Kind
from checks.text import count_han
from claims.exchange.json_text import OF_SCALE, LinedJson, Object, address_in, many, number_in, text_in
from claims.exchange.written_dates import first_day, read_date, read_timestamp
from claims.fields import is_address
from claims.packs.plain import known_units
from config.errors import PackProblem, Worded, worded
from config.languages import CODES, GIVEN

_LINE, _SENTENCE, _NAME = 300, 600, 80  # the longest texts that packs allow, and the longest name of a refused review
_ID_DIGITS = 16
_ID = re.compile(r"[a-z0-9][a-z0-9.\-]{0,63}")
# A rating in the lower third of its scale speaks against the claim, one in the upper third for it; a scale that is not
# given is schema.org's.
_AGAINST, _FOR = 1 / 3, 2 / 3
_WORST, _BEST = 1.0, 5.0
# Stands in for a day that nobody has written down: no card can pass it off as recent.
UNDATED = date(1970, 1, 1)
_LONGEST_MOMENT = 14


def _shipped(name: str) -> Any:  # noqa: ANN401
    return yaml.load((resources.files("claims") / "exchange" / name).read_text("utf-8"), yaml.CSafeLoader)


_NOTHING = re.compile(r"(?!)")
_NO_WORD = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"[.!?;:。！？；：，,\n]|\s[-–—]\s|\(|（")


@dataclass(frozen=True, slots=True)
class Ratings:
    """What ClaimReview's textual ratings say: ours by kind and language, and the role that others' have for a claim."""

    ours: Mapping[str, Mapping[str, str]]
    roles: Mapping[str, str]
    kinds: Mapping[str, Kind]
    turns: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    fillers: re.Pattern[str] = _NOTHING
    turned: re.Pattern[str] = _NOTHING

    @classmethod
    def load(cls) -> "Ratings":
        """Read the shipped words."""
        data = _shipped("ratings.yaml")
        ours = data["ours"]
        roles = {_bare(word): role for role, words in data["theirs"].items() for word in words}
        said = (*data["before_now"].items(), *ours.items())
        kinds: dict[str, Kind] = {word.casefold(): kind for kind, words in said for word in words.values()}
        fillers, before = ("|".join(map(re.escape, data[name])) for name in ("fillers", "before"))
        return cls(
            ours,
            dict(sorted(roles.items(), key=lambda each: -len(each[0]))),
            kinds,
            frozenset(data["turns"]),
            frozenset(data["labels"]),
            re.compile(rf"(?:{fillers})+"),
            re.compile(rf"(?:{before}) *\x00"),
        )

    def words(self, kind: Kind, language: str) -> str:
        """Return what our reviews say of a kind of claims, in English where nobody has put it into the language."""
        return self.ours[kind].get(language) or self.ours[kind][CODES[0]]

    def role(self, said: str) -> str | None:
        """Return the role that a rating's words have, or None where they are not known."""
        parts = [part for part in _SENTENCE_END.split(said) if _bare(part) and _bare(part) not in self.labels]
        first = next(iter(parts), "")
        for text in (_bare(said), _bare(first)):
            if text in self.roles:
                return self.roles[text]
        return self._within(f" {_bare(first)} ") or self._within(f" {_bare(said)} ")

    def _within(self, text: str) -> str | None:
        """Return the one role of all known words within a text, the longest first."""
        found: set[str] = set()
        for words, role in self.roles.items():
            wanted = words if count_han(words) > 1 else f" {words} "
            if wanted in text:
                found.add(role)
                text = text.replace(wanted, " \x00 ")
        role = None if not found else found.pop() if len(found) == 1 else "context"
        # Better no verdict than the opposite one.
        if role == "refutes":
            return "context" if self.turned.search(text) else role
        others = text.replace("\x00", " ").split()
        if role == "supports" and not self.turns.isdisjoint(others):
            return "context"
        return None if role == "supports" and not all(map(self.fillers.fullmatch, others)) else role


def _bare(text: str) -> str:
    return _NO_WORD.sub(" ", text.casefold().replace("'", "").replace("’", "")).strip()


class Languages:
    """Tells English and Chinese from other languages, by scripts and by small words."""

    _OTHER_SCRIPTS = re.compile(
        "[\u0370-\u03ff\u0400-\u052f\u0530-\u06ff\u0700-\u109f\u10a0-\u11ff\u1200-\u139f\u1780-\u17ff"
        "\u3040-\u30ff\u3130-\u318f\uac00-\ud7af\ufb1d-\ufdff\ufe70-\ufeff]"
    )
    # Letters with marks in them are rare in English, and stand in names.
    _MARKED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
    _WORD = re.compile(r"[^\W\d_]+")
    _NO_LANGUAGE = frozenset({"und", "mul", "zxx", "x", "default", "unknown", "none"})

    def __init__(self) -> None:
        words: dict[str, Any] = _shipped("languages.yaml")
        self._names: dict[str, list[str]] = words.pop("names")
        self._words = {language: frozenset(each) for language, each in words.items()}

    def named(self, given: str) -> str:
        """Return the code of a language that is named by a tag or by a word, or nothing where no language is named."""
        if is_address(given):
            return ""
        words = self._WORD.findall(given.casefold())
        known = (
            code
            for code, names in self._names.items()
            for name in names
            if name in (given if count_han(name) else words)
        )
        return next(known, next((word for word in words if word not in self._NO_LANGUAGE), ""))

    def of(self, text: str, more: str = "") -> str:
        """Return `en`, `zh`, another language's tag, `und` for another script, or nothing where it cannot be told.

        A tag with a question mark is only likely. `more` is asked where the text itself says nothing.
        """
        letters = sum(char.isalpha() for char in text)
        if not letters:
            return ""
        # Half-width and kana beside Han make Japanese.
        if len(self._OTHER_SCRIPTS.findall(text)) * 5 >= letters:
            return "und"
        if count_han(text) * 4 >= letters:
            return "zh"
        return self._latin(text) or self._latin(more)

    def _latin(self, text: str) -> str:
        words = [word.casefold() for word in self._WORD.findall(text)]
        hits = Counter({language: sum(word in known for word in words) for language, known in self._words.items()})
        best, count = max(hits.items(), key=lambda each: each[1], default=("", 0))
        if count and hits["en"] == count:
            return "en"
        if count > hits["en"]:
            # One small word may as well be a part of a name.
            return best if count - hits["en"] > 1 or self._MARKED.search(text) else f"{best}?"
        return "und" if not hits["en"] and len(self._MARKED.findall(text)) > 1 else ""


@dataclass(frozen=True, slots=True)
class FoundReview:
    """A review of a feed: its object, and the claim that stands around it, if one does."""

    node: Object
    claim: Object | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft in the form of packs; `is_ours`: this base has written the review itself, in `language`."""

    data: Object
    language: str
    is_ours: bool = False
    warnings: tuple[Worded, ...] = ()


class NoDraftError(Exception):
    """A review that makes no draft: what tells it apart, and what is wrong with it."""

    def __init__(self, name: str, field_name: str, fault: str, mend: str) -> None:
        super().__init__(fault)
        self.name = name
        self.problem = PackProblem(0, field_name, fault, mend)


def cut(text: str, most: int) -> str:
    """Return the text, cut with an ellipsis where it is too long."""
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"


@dataclass(slots=True)
class ReviewReader:
    """Makes drafts of reviews; the same review always gives a draft of the same id. `today` is for what lies ahead."""

    lined: LinedJson
    today: date
    ratings: Ratings
    languages: Languages
    _warnings: list[Worded] = field(default_factory=list[Worded])

    def drafts(self, found: FoundReview) -> Iterator[Draft | NoDraftError]:
        """Yield a draft for each claim that the review is about, or why there is none."""
        review = found.node
        claims = self._claims(found)
        ratings = self.lined.all(review, "reviewRating")
        if not claims:
            fault = worded("it does not say what was claimed")
            name = address_in(review.get("url")) or "?"
            yield NoDraftError(name, "claimReviewed", fault, worded("Fill in claimReviewed."))
        for number, claimed in enumerate(claims):
            paired = ratings[number : number + 1] if len(ratings) == len(claims) > 1 else ratings
            # Of several ratings of one claim the first may have a number alone, and another the words.
            first = paired[0] if paired else {}
            rating = first | next(filter(_words_of, paired), first)
            try:
                yield self._draft(review, claimed, rating)
            except NoDraftError as error:
                yield error

    def _claims(self, found: FoundReview) -> list[str]:
        """Return what was claimed, each once: named by the review, or else by the claims that it is about."""
        given = [text for each in many(found.node.get("claimReviewed")) if (text := self._claim_text(each))]
        if not given:
            around = [found.claim] if found.claim else []
            nodes = [*self.lined.all(found.node, "itemReviewed"), *around]
            given = [text for node in nodes if (text := self._claim_text(node))][: None if not around else 1]
        return list(dict.fromkeys(given))

    def _claim_text(self, value: object) -> str:
        if not isinstance(value, dict):
            return text_in(value)
        node = self.lined.whole(cast("object", value))
        keys = ("@value", "text", "claimReviewed", "name", "headline", "description")
        return next((text for key in keys if (text := text_in(node.get(key)))), "")

    def _draft(self, review: Object, claimed: str, rating: Object) -> Draft:
        self._warnings.clear()
        url = address_in(review.get("url")) or address_in(review.get("mainEntityOfPage"))
        said = _words_of(rating)
        own = text_in(review.get("identifier"))
        kind = self.ratings.kinds.get(said.casefold())
        is_ours = bool(kind and _ID.fullmatch(own))
        language = self._language(review, claimed, said)
        point_day, day = self._days(review)
        publisher = self._publisher(review)
        digest = hashlib.sha256(f"{url} {claimed}".encode("utf-8", "surrogatepass")).hexdigest()
        title, role = cut(claimed, _LINE), self._role(rating, said)
        if not said and role == "context":
            self._warnings.append(worded("it gives no verdict"))
        room = _SENTENCE - len(url) - 3
        point: Object = {
            "role": role,
            "speaker": in_one(language, cut(publisher, _LINE)),
            "date": point_day,
            "text": in_one(language, " – ".join(part for part in (cut(said, room), url) if part)),
            "citations": [],
        }
        data: Object = {
            "id": own if is_ours else f"review-{digest[:_ID_DIGITS]}",
            "kind": kind or "contested",
            "status": "draft",
            "title": in_one(language, title),
            "as_of": day.isoformat(),
            "wordings": {language: [title]},
            "points": [point] if said or url else [],
            **_read_figures(self.lined.inner(review, "itemReviewed").get("about"), language),
        }
        if is_ours:
            expires = read_date(text_in(review.get("expires"))).within()
            data |= {"review_by": expires[0]} if expires and len(expires[0]) == len("2026-01-23") else {}
            data["points"] = self._own_points(review, language, data["kind"], point_day)
        return Draft(data, language, is_ours, tuple(self._warnings))

    def _own_points(self, review: Object, language: str, kind: str, day: str) -> list[Object]:
        """Return the points that an export has put into the review's body, a line each."""
        supporting = {text_in(each) for each in self.lined.all(self.lined.inner(review, "itemReviewed"), "author")}
        body = review.get("reviewBody")
        points: list[Object] = []
        for line in body.split("\n") if isinstance(body, str) else ():
            found = _OWN_LINE.fullmatch(line)
            speaker = found["speaker"] if found else ""
            against = "refutes" if kind == "contested" else "context"
            points.append(
                {
                    "role": "supports" if speaker and speaker in supporting else against,
                    "speaker": in_one(language, cut(speaker, _LINE)),
                    "date": found["date"] if found else day,
                    "text": in_one(language, cut(found["text"] if found else line, _SENTENCE)),
                    "citations": [],
                }
            )
        return [point for point in points if point["text"][language].strip()][:20]

    def _publisher(self, review: Object) -> str:
        """Return who has written the review: the name, or else the site; whoever only passes it on comes last."""
        nodes = [node for key in ("author", "publisher", "creator") for node in self.lined.all(review, key)]
        for node in (*nodes, {"name": _site_of([*nodes, review])}, *self.lined.all(review, "sdPublisher")):
            name = text_in(node.get("name")) or text_in(node.get("site"))
            if name and not is_address(name):
                return name
        return ""

    def _days(self, review: Object) -> tuple[str, date]:
        """Return the day, month or year of the review as it gives it, and a whole day to stand for it."""
        for key in ("datePublished", "dateCreated", "reviewDate", "dateModified"):
            given = self._day(review.get(key), key)
            if given:
                if len(given) < len("2026-01-23"):
                    said = worded("it is dated {given} only: {day} stands for it", given=given, day=first_day(given))
                    self._warnings.append(said)
                if first_day(given) > self.today:
                    self._warnings.append(worded("its date lies ahead: {given}", given=given))
                return given, first_day(given)
        claimed = self._day(self.lined.inner(review, "itemReviewed").get("datePublished"), "itemReviewed.datePublished")
        if claimed:
            said = worded("it has no date: {day}, when the claim was made, stands for it", day=first_day(claimed))
            self._warnings.append(said)
            return "", first_day(claimed)
        self._warnings.append(worded("it has no date: set the day before it is published"))
        return "", UNDATED

    def _day(self, value: object, key: str) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            value = read_timestamp(value) or str(value)
        text = text_in(value)
        found = read_date(text).within()
        if not found and text.isascii() and text.isdigit() and (moment := read_timestamp(int(text[:_LONGEST_MOMENT]))):
            return moment
        if len(found) == 1:
            return found[0]
        if found:
            one, other = ", ".join(found[:-1]), found[-1]
            said = worded("{field} {given!r} is {one} or {other}", field=key, given=text, one=one, other=other)
            self._warnings.append(said)
        elif text:
            self._warnings.append(worded("{field} {given!r} is no date", field=key, given=text[:60]))
        return ""

    def _role(self, rating: Object, said: str) -> str:
        """Tell what the rating means for the claim, by its words or else by its place on its scale."""
        known = self.ratings.role(said)
        value = number_in(rating.get("ratingValue"))
        worst, best = number_in(rating.get("worstRating")), number_in(rating.get("bestRating"))
        worst = _WORST if worst is None else worst
        scale = OF_SCALE.search(text_in(rating.get("ratingValue")))
        best = (float(scale[1]) if scale else _BEST) if best is None else best
        if known or value is None or not worst <= value <= best or worst == best:
            return known or "context"
        place = (value - worst) / (best - worst)
        return "refutes" if place <= _AGAINST else "supports" if place >= _FOR else "context"

    def _language(self, review: Object, claimed: str, said: str) -> str:
        given = text_in(review.get("inLanguage")) or _tag_of(review.get("claimReviewed"))
        named = self.languages.named(given)
        more = " ".join(
            (said, *(text_in(review.get(key)) for key in ("name", "headline", "description", "reviewBody")))
        )
        seen = self.languages.of(claimed, more[:_SENTENCE])
        if named and named not in CODES:
            self._foreign(claimed, given, "inLanguage")
        if not named and seen.endswith("?"):
            said = worded(
                "its language is not named: it may be {language!r}, and is taken for English", language=seen[:-1]
            )
            self._warnings.append(said)
            return "en"
        if seen == "und" or (not named and seen not in {"", *CODES}):
            self._foreign(claimed, "" if seen == "und" else seen, "claimReviewed")
        if named in CODES:
            if seen not in {"", *CODES} and not seen.endswith("?"):
                said = worded("it is said to be in {named!r}, but does not read so", named=given[:20])
                self._warnings.append(said)
            return "zh" if seen == "zh" else "en" if named == "zh" and not count_han(claimed) else named
        if not seen:
            self._warnings.append(worded("its language is not named, and taken for English"))
        return seen or "en"

    def _foreign(self, claimed: str, language: str, field_name: str) -> None:
        fault = (
            worded("the review is in {language!r}, and claims are kept in English and Chinese", language=language[:20])
            if language
            else worded("the review is neither in English nor in Chinese")
        )
        raise NoDraftError(cut(claimed, _NAME), field_name, fault, worded("Give a review in one of these."))


def _words_of(rating: Object) -> str:
    """Return the words of a rating; `name` is where Google looks next, and where those of a plain text stand."""
    keys = ("alternateName", "name", "@value", "ratingExplanation", "description")
    said = next((text for key in keys if (text := text_in(rating.get(key)))), "")
    value = text_in(rating.get("ratingValue"))
    return said or (value if number_in(value) is None or OF_SCALE.search(value) else "")


def _site_of(nodes: list[Object]) -> str:
    """Return the site of the first address that some objects have."""
    given = (address_in(node.get(key)) for node in nodes for key in ("url", "@id", "name"))
    return next((urlsplit(address).netloc.removeprefix("www.") for address in given if address), "")


_OWN_LINE = re.compile(r"(?P<text>.*?) \((?P<speaker>.*), (?P<date>\d{4}(?:-\d{2}){0,2})\)", re.DOTALL)


def _tag_of(value: object) -> str:
    first: object = next(iter(many(value)), None)
    tag = cast("Object", first).get("@language") if isinstance(first, dict) else None
    return tag if isinstance(tag, str) else ""


def in_one(language: str, text: str) -> dict[str, str]:
    """Return a text in one language, and nothing in the other."""
    return dict.fromkeys(GIVEN, "") | {language: text}


# What tells a figure that is claimed from one that the source gives, in `itemReviewed.about`.
CLAIMED, DOCUMENTED = "claimed", "documented"
_MOST_FIGURES = 40


def _read_figures(about: object, language: str) -> Object:
    """Return the figures that an export of ours has; a documented one belongs to the claimed one before it."""
    figures: list[Object] = []
    listed = cast("list[object]", about) if isinstance(about, list) else []
    units = known_units() if listed else ()
    for each in listed:
        node = cast("Object", each) if isinstance(each, dict) else {}
        ends = [number_in(node.get(name, node.get("value"))) for name in ("minValue", "maxValue")]
        unit, bound = text_in(node.get("unitText")), text_in(node.get("alternateName"))
        if None in ends or not (unit in units or is_own(unit)):
            continue
        low, high = ends
        values: Object = {"value": low} if low == high else {"low": low, "high": high}
        values |= {"bound": "range" if low != high else bound if bound in get_args(Bound) else "exactly"}
        if node.get("propertyID") == CLAIMED:
            figures.append({**values, "unit": unit, "subject": in_one(language, cut(text_in(node.get("name")), _LINE))})
        elif node.get("propertyID") == DOCUMENTED and figures:
            place = cut(text_in(node.get("description")), _LINE)
            figures[-1]["documented"] = {**values, **({"place": place} if place else {})}
    return {"figures": figures[:_MOST_FIGURES]} if figures else {}
