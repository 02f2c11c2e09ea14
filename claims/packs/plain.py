"""Records in the form of packs, both ways, and its schema: wordings by use and language, one number for a figure."""

import json
import math
import re
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from typing import Any

from checks.figures.units import is_own, join_spellings, spellings
from checks.model import KnownFigure
from claims.record import ClaimRecord, DocumentRecord, PackRecord, claim_fingerprint, claim_state, plain_fields
from claims.record import claim_from_state as from_state
from config.languages import CODES, GIVEN, ByLanguage

PlainData = dict[str, Any]

# What the schema has in each language; the file knows those alone that are always given.
_IN_LANGUAGES = ("text", "longText", "wordings", "notWordings")


def read_schema() -> dict[str, Any]:
    """Return the JSON Schema of packs."""
    schema = json.loads((resources.files("claims") / "packs" / "pack.schema.json").read_text("utf-8"))
    for name in _IN_LANGUAGES:
        texts: dict[str, Any] = schema["$defs"][name]["properties"]
        texts |= {code: texts[GIVEN[0]] for code in CODES if code not in texts}
    return schema


def known_units() -> tuple[str, ...]:
    """Return the units of the table that packs and forms may use."""
    return tuple(read_schema()["$defs"]["unit"]["enum"])


# The list of a pack in which wordings stand, by whether they are negative and whether they deny.
_LISTS = {"wordings": (False, False), "not_wordings": (True, False), "denials": (False, True)}
_OPTIONAL = ("exported_state", "review_by", "not_wordings", "denials", "figures")
_SOURCE = ("low", "high", "bound", "place")
_STATE_DIGITS = 16
_EXACT = 2.0**53  # whole numbers up to here are the same as integers and as floats


def read_head(head: Any) -> PackRecord:  # noqa: ANN401  the schema has vouched for the form (as below)
    """Return the head of a pack."""
    parts: PlainData = {"version": int(head["version"]), "as_of": date.fromisoformat(head["as_of"])}
    return PackRecord(**head | parts | {"title": ByLanguage(head["title"])})


def read_documents(data: Any) -> tuple[DocumentRecord, ...]:  # noqa: ANN401
    """Return the documents of a pack."""
    return tuple(DocumentRecord(**document) for document in data["documents"])


def read_claim(claim: Any, pack: str) -> ClaimRecord:  # noqa: ANN401
    """Return one claim of the pack; without a `status` it is published."""
    data: PlainData = {"status": "published", "review_by": None, "figures": []} | claim
    lists = {name: data.pop(name, {}) for name in _LISTS}
    name, _ = data.pop("id"), data.pop("exported_state", None)
    data["wordings"] = [
        {"text": text, "language": language, "negative": negative, "denies": denies}
        for (negative, denies), texts in zip(_LISTS.values(), lists.values(), strict=True)
        for language in CODES
        for text in texts.get(language, [])
    ]
    data["figures"] = [_read_figure(figure) for figure in data["figures"]]
    data["points"] = [_read_point(point) for point in data["points"]]
    return from_state(name, data, server=None, pack=pack)


def _read_figure(figure: PlainData) -> PlainData:
    source: PlainData = figure.get("documented", {})
    values = {name: value for name, value in figure.items() if name != "documented"}
    fields: PlainData = {"role": "claim"} | _read_values(values)
    if source:
        bound = "range" if "low" in source else "exactly"
        fields |= {f"documented_{name}": value for name, value in ({"bound": bound} | _read_values(source)).items()}
    unit = fields["unit"]
    return fields | {"unit": unit if isinstance(unit, str) else join_spellings(unit)}


def _read_values(figure: PlainData) -> PlainData:
    value = figure.get("value")
    low, high = (figure["low"], figure["high"]) if value is None else (value, value)
    rest = {name: each for name, each in figure.items() if name != "value"}
    return rest | {"low": float(low), "high": float(high)}


def _read_point(point: PlainData) -> PlainData:
    fields: PlainData = {"numbers": list[str]()} | point
    # A file may write a whole number as 12.0.
    cited = [c | {"start": int(c["start"]), "end": int(c["end"])} for c in point["citations"]]
    return fields | {"citations": cited}


def canonical(claim: ClaimRecord) -> ClaimRecord:
    """Return the claim with its wordings in the order of packs: said, negative, denied; by language as in the table."""
    # A language that the table no longer has comes last.
    place = {code: number for number, code in enumerate(CODES)}
    order = sorted(claim.wordings, key=lambda w: (w.denies, w.negative, place.get(w.language, len(CODES))))
    return replace(claim, wordings=tuple(order))


def exported_state(claim: ClaimRecord) -> str:
    """Return a mark of the claim's whole state; a letter leads it, so that no spreadsheet takes it for a number."""
    return "s" + claim_fingerprint(canonical(claim))[:_STATE_DIGITS]


def plain_pack(pack: PackRecord) -> PlainData:
    """Return the head of a pack."""
    return plain_fields(pack)


# What this base knows of a document beside what packs say of it.
_OURS = ("loaded", "changed_on")


def plain_document(document: DocumentRecord) -> PlainData:
    """Return what packs say of a document."""
    return {name: value for name, value in plain_fields(document).items() if name not in _OURS}


def plain_claim(claim: ClaimRecord, state: str | None) -> PlainData:
    """Return the claim as packs write it, with its state mark where one is given."""
    data: PlainData = {"id": claim.id, "kind": claim.kind, "status": claim.status, "exported_state": state}
    for name, value in claim_state(claim).items():
        match name:
            case "wordings":
                data |= {each: _texts(claim, *use) for each, use in _LISTS.items()}
                data[name] = {language: [] for language in GIVEN} | data[name]
            case "figures":
                data[name] = [_plain_figure(figure) for figure in value]
            case "points":
                data[name] = [_plain_point(point) for point in value]
            case _:
                data[name] = value
    if claim.status == "published":
        del data["status"]
    return {key: value for key, value in data.items() if value or key not in _OPTIONAL}


def plain_number(value: float) -> float | int:
    """Return a whole number as an integer, where that loses nothing."""
    negative_zero = value == 0 and math.copysign(1, value) < 0
    return int(value) if value.is_integer() and abs(value) < _EXACT and not negative_zero else value


def _texts(claim: ClaimRecord, negative: bool, denies: bool) -> dict[str, list[str]]:
    wordings = [wording for wording in claim.wordings if (wording.negative, wording.denies) == (negative, denies)]
    texts = {name: [wording.text for wording in wordings if wording.language == name] for name in CODES}
    return {name: found for name, found in texts.items() if found}


def _plain_figure(figure: PlainData) -> PlainData:
    source = {name: figure.pop(f"documented_{name}") for name in _SOURCE if f"documented_{name}" in figure}
    unit = figure["unit"]
    figure["unit"] = list(spellings(unit)) if is_own(unit) else unit
    documented = {"documented": _plain_values(source)} if source else {}
    return {**_plain_values(figure), **documented}


def _plain_values(figure: PlainData) -> PlainData:
    """Return the figure with one number where it has one, and without an empty place."""
    low, high = plain_number(figure.pop("low")), plain_number(figure.pop("high"))
    single = low == high and figure["bound"] != "range"
    rest = {name: value for name, value in figure.items() if name != "place" or value}
    # What has two numbers is a range, also where an older base says otherwise: nothing takes it back with a bound.
    rest |= {"bound": "range"} if low != high else {}
    return {**({"value": low} if single else {"low": low, "high": high}), **rest}


# What stands between the ends of a range as people type it; forms in English and Chinese name `to` and `至`.
RANGE_SIGNS = "-–—~～〜至到"
_CHINESE_BOUNDS = {
    **dict.fromkeys(("约", "約", "大约", "大約"), "about"),
    **dict.fromkeys(("超过", "超過"), "over"),
    **dict.fromkeys(("低于", "低於", "不到"), "under"),
}
_SOURCED = re.compile(
    rf"(?:(?P<bound>(?:about|over|under)(?= )|{'|'.join(_CHINESE_BOUNDS)})\s*)?(?P<low>[^\s;；]+?)"
    rf"(?:(?: to |(?<=\d)\s*[{RANGE_SIGNS}]\s*)(?P<high>[^\s;；]+))?(?:\s*[;；]\s*(?P<place>.*\S))?"
)


@dataclass(frozen=True, slots=True)
class DocumentedWords:
    """The words of the line in which a form or a sheet has what a source gives; all that `read_documented` reads."""

    about: str = "about "
    over: str = "over "
    under: str = "under "
    to: str = " to "
    place: str = "; "


def write_documented(figure: KnownFigure, words: DocumentedWords | None = None) -> str:
    """Return what a source gives for a figure on one line (`over 5; p. 12`, `5 to 8`); "" where it gives nothing."""
    if figure.documented_low is None or figure.documented_high is None:
        return ""
    words = words or DocumentedWords()
    low, high = (str(plain_number(end)) for end in (figure.documented_low, figure.documented_high))
    bounds: dict[str, str] = {"about": words.about, "over": words.over, "under": words.under}
    bound = bounds.get(figure.documented_bound, "") if low == high else ""
    values = low if low == high and figure.documented_bound != "range" else f"{low}{words.to}{high}"
    return f"{bound}{values}{words.place + figure.documented_place if figure.documented_place else ''}"


def read_documented(written: str) -> PlainData:
    """Return such a line as plain data, {} for ""; what is no number stays text, which the schema then refuses.

    In Chinese as well: `超过5；第12页`, `5至8`.
    """
    found = _SOURCED.fullmatch(written.strip())
    if not found:
        return {"value": written.strip()} if written.strip() else {}
    values = {"low": found["low"], "high": found["high"]} if found["high"] else {"value": found["low"]}
    bound = {"bound": _CHINESE_BOUNDS.get(found["bound"], found["bound"])} if found["bound"] else {}
    place = {"place": found["place"]} if found["place"] else {}
    return {**{name: _number(value) for name, value in values.items()}, **bound, **place}


def _number(written: str) -> object:
    try:
        number = float(written)
    except ValueError:
        return written
    return plain_number(number) if math.isfinite(number) else written


def _plain_point(point: PlainData) -> PlainData:
    citations, numbers = point.pop("citations"), point.pop("numbers")
    return point | ({"numbers": numbers} if numbers else {}) | {"citations": citations}
