"""Packs as hypothesis makes them: valid, with every kind of text that YAML and spreadsheets are known to mistake."""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.claims.packs import span_hash

TRICKY = st.sampled_from(
    [
        *("no", "NULL", "~", "true", "089", "1e5", "0x1F", "1_000", "12:30", "2026-01-23"),
        *("=1+1", "+1", "-1", "@x", "'=x", "''-x", "\uff1d1", "a\tb", "a\r\nb", "a|b", "a\\|b", "\\", " | "),
        *("- a", "a: b", "# x", "{a}", "[a]", "*a", "&a", "!a", "|", ">", "%x", "`x`", '"q"', "---", "..."),
        *("a\n---\nb", " lead", "trail ", "\u2028x", "\x85x", "\ufeffx", "😀", "银价，涨"),
    ]
)
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(lambda text: text.strip())
LINES = st.one_of(TRICKY, ANY)
DAYS = st.dates().map(lambda day: day.isoformat())
NUMBERS = st.one_of(
    st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number or 0.0)
)
DIGEST = span_hash("")


class Quoted(yaml.SafeDumper):
    """Writes every text in quotes, and everything beyond ASCII as an escape: there is nothing to mistake."""


Quoted.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def write_made(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "made.yaml"
    path.write_text(yaml.dump(data, Dumper=Quoted, sort_keys=False), "utf-8")
    return path


def both(texts: st.SearchStrategy[str] = LINES) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({"en": texts, "zh": texts})


def unique(least: int, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(LINES, min_size=least, max_size=most, unique_by=str.casefold)


@st.composite
def wordings(draw: st.DrawFn) -> dict[str, Any]:
    texts = {language: draw(unique(7, 9)) for language in ("en", "zh")}
    never = {language: [each.pop()] for language, each in texts.items() if draw(st.booleans())}
    denials = {language: [f"not so: {each[0]}"] for language, each in texts.items() if draw(st.booleans())}
    return {
        "wordings": texts,
        **({"not_wordings": never} if never else {}),
        **({"denials": denials} if denials else {}),
    }


@st.composite
def figures(draw: st.DrawFn) -> dict[str, Any]:
    bound = draw(st.sampled_from(["exactly", "about", "over", "under", "range"]))
    low, high = sorted([float(draw(NUMBERS)), float(draw(NUMBERS))])
    values = {"low": low, "high": high} if bound == "range" else {"value": low}
    unit = draw(st.sampled_from(["kg", "USD/oz", "percent", "GW", ["BTC", "bitcoin", "枚"], ["eggs"]]))
    place = {"place": "p. 12"} if draw(st.booleans()) else {}
    source = {"documented": {"value": high, "bound": "about", **place}} if draw(st.booleans()) else {}
    return {**values, "unit": unit, "bound": bound, "role": draw(st.sampled_from(["claim", "context"]))} | {
        "subject": draw(both()),
        **source,
    }


CITATIONS = st.fixed_dictionaries(
    {
        "document": st.sampled_from(["first", "second"]),
        "start": st.integers(0, 1000),
        "end": st.integers(1001, 2000),
        "sha256": st.just(DIGEST),
    }
)
POINTS = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["refutes", "supports", "context"]),
        "speaker": both(),
        "date": st.one_of(DAYS, st.sampled_from(["2026", "2026-01"])),
        "text": both(),
        "citations": st.lists(CITATIONS, min_size=1, max_size=2),
    },
    optional={"numbers": st.lists(LINES, min_size=1, max_size=3)},
)


@st.composite
def claims(draw: st.DrawFn, name: str) -> dict[str, Any]:
    review_by = draw(st.none() | DAYS)
    return {
        "id": name,
        "kind": draw(st.sampled_from(["contested", "context", "outlook"])),
        "title": draw(both()),
        "as_of": draw(DAYS),
        **({"review_by": review_by} if review_by else {}),
        **draw(wordings()),
        "figures": draw(st.lists(figures(), max_size=2)),
        "points": draw(st.lists(POINTS, min_size=1, max_size=2)),
    }


@st.composite
def packs(draw: st.DrawFn, name: str = "made") -> dict[str, Any]:
    head = {"id": name, "version": draw(st.integers(1, 9)), "title": draw(both()), "licence": draw(LINES)}
    documents = [
        {
            "id": document,
            "title": draw(LINES),
            "author": draw(LINES),
            "publisher": draw(LINES),
            "published": draw(LINES),
            "language": "en",
            "address": draw(st.none() | st.just("https://paper.example/a?b=c#d")),
            "sha256": span_hash(document),
        }
        for document in ("first", "second")
    ]
    count = draw(st.integers(1, 3))
    made = [draw(claims(f"{name}-claim-{number}")) for number in range(count)]
    return {"pack": head | {"as_of": draw(DAYS)}, "documents": documents, "claims": made}
