"""Candidates from documents, measured: how many of the first hundred can be used, and which known claims are found."""

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from checks.lexicon import Lexicon
from claims.documents.candidates import MOST_MERGED, Candidate, CandidateReader, SourceText
from claims.documents.decoding import digest_of
from tests.evaluation.packs import HERE, SHIPPED

SHARED = Path(os.environ.get("TOUCHSTONE_SHARED", HERE.parents[2] / "shared"))
TEXTS = HERE.parent / "claims" / "documents" / "texts"
LABELS = ("usable", "rewrite", "none")
WRITTEN = ("gate-economics", "sv101-talk", "naojiti-silver")
needs_documents = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the source documents are not here")


@cache
def reader() -> CandidateReader:
    return CandidateReader(Lexicon.load())


@cache
def pack() -> dict:
    return yaml.load(SHIPPED.read_text("utf-8"), yaml.CSafeLoader)


@cache
def merged() -> list[Candidate]:
    """Return the candidates of the four documents as one list, without any claim."""
    by_digest = {document["sha256"]: document for document in pack()["documents"]}
    surveys = []
    for path in sorted((SHARED / "seeds").glob("0*.txt")):
        raw = path.read_bytes().decode()
        document = by_digest[digest_of(raw)]
        surveys.append(reader().survey(SourceText(document["id"], raw, document["published"])))
    return reader().merged(surveys)


def rows() -> list[list[str]]:
    return [line.split("\t") for line in (HERE / "candidate_labels.tsv").read_text("utf-8").splitlines()[2:]]


@needs_documents
@pytest.mark.parametrize("labelled", [3, 4], ids=["first", "second"])
def test_most_of_the_first_hundred_can_be_used_as_they_are(labelled):
    labels = {(row[0], int(row[1]), int(row[2])): row[labelled] for row in rows()}
    # What was not labelled counts as not usable.
    found = Counter(labels.get((each.document, each.start, each.end), "unlabelled") for each in merged()[:100])
    assert found["usable"] >= 70, found


def test_those_who_labelled_agree_in_most():
    pairs = [(first, second) for *_, first, second, _ in rows()]
    share = {
        side: {label: sum(pair[side] == label for pair in pairs) / len(pairs) for label in LABELS} for side in (0, 1)
    }
    agreed = sum(first == second for first, second in pairs) / len(pairs)
    by_chance = sum(share[0][label] * share[1][label] for label in LABELS)
    assert agreed >= 0.9
    assert (agreed - by_chance) / (1 - by_chance) >= 0.75


@needs_documents
def test_the_claims_of_the_written_documents_are_found():
    found = merged()
    assert len(found) <= MOST_MERGED
    spans = {
        claim["id"]: [
            (cited["document"], cited["start"], cited["end"])
            for point in claim["points"]
            for cited in point["citations"]
            if cited["document"] in WRITTEN and cited["end"] > cited["start"]
        ]
        for claim in pack()["claims"]
    }
    held = {claim: places for claim, places in spans.items() if places}
    missed = {
        claim
        for claim, places in held.items()
        if not any(
            each.document == name and each.start < end and start < each.end
            for name, start, end in places
            for each in found
        )
    }
    assert len(missed) <= 0.1 * len(held), missed


@needs_documents
def test_recognised_speech_stands_beside_other_sources_only():
    assert not any(each.document == "sv101-live" for each in merged())


# What others are said to claim in the texts of other fields, and what the text does with it.
REPORTED = {
    "crypto.md": ["transactions are anonymous", "burns more electricity", "51% attack can happen", "as safe as money"],
    "crypto.zh.txt": ["转账完全匿名", "耗电量超过一个国家", "遭到51%攻击", "银行存款一样安全"],
    "hardware.txt": [
        "makes a computer faster",
        "wear out within two years",
        "replaced every six months",
        "always burn in",
    ],
    "hardware.zh.txt": ["内存越大", "两年就会写坏", "每半年更换", "一定会烧屏"],
    "health.md": ["makes children hyperactive", "eight hours of sleep", "causes autism", "destroy all vitamins"],
    "health.zh.txt": ["孩子多动", "睡够八小时", "导致自闭症", "破坏食物中的所有维生素"],
}


@pytest.mark.parametrize("name", REPORTED)
def test_texts_of_other_fields_give_what_others_claim_and_what_stands_against_it(name):
    found = reader().survey(SourceText(name, (TEXTS / name).read_text("utf-8"), "2026-03-14"))
    told = [next((each for each in found if words in each.text), None) for words in REPORTED[name]]
    assert all(each is not None and each.attitude in {"reports", "rejects"} for each in told), told
    assert sum(each is not None and each.counterpoint is not None for each in told) >= 3
    assert not any("oracle" in each.text or "奶奶" in each.text or "ask your doctor" in each.text for each in found)
