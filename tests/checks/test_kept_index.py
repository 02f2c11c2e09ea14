"""An index that was kept is the one that would be made anew, or is not taken."""

from dataclasses import replace

import pytest

from checks import kept_index
from checks.base import IndexedBase
from checks.checker import Checker
from checks.kept_index import KeptIndex, digest_of
from checks.lexicon import Lexicon
from checks.model import KnownClaim, KnownWording
from checks.tuning import Tuning
from claims.base import ClaimBase
from config.errors import DatabaseError
from config.languages import ByLanguage


class Shelf:
    """A store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load(self, digest: str) -> bytes | None:
        return self.kept.get(digest)

    def save(self, digest: str, written: bytes) -> None:
        self.kept = {digest: written}


class LockedShelf:
    def save(self, *_: object) -> None:
        raise DatabaseError("locked")

    def load(self, *_: object) -> None:
        raise DatabaseError("locked")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="module")
def tuning() -> Tuning:
    return Tuning.load()


@pytest.fixture(autouse=True)
def small_ones_too(monkeypatch):
    monkeypatch.setattr(kept_index, "_LEAST_KEPT", 0)


@pytest.fixture(scope="module")
def known(tmp_path_factory, templates) -> list[KnownClaim]:
    """Claims with everything that an index holds: both languages, denials, texts that never match, points."""
    with ClaimBase.open(templates.copy("both", tmp_path_factory.mktemp("kept") / "base.db")) as base:
        claims = [claim.known for claim in base.claims()][-9:]
    odd = KnownWording("never this", "en", negative=True)
    return [replace(claims[0], wordings=(*claims[0].wordings, odd)), *claims[1:]]


def flipped(written: bytes, place: int, bit: int) -> bytes:
    """Return an archive with one bit of its table of contents turned round."""
    start = written.rindex(b"PK\x01\x02") + place
    return written[:start] + bytes([written[start] ^ bit]) + written[start + 1 :]


def unclosed(written: bytes, name: bytes) -> bytes:
    """Return an archive in which what is said of one array, as Python would write it, has a bracket too many."""
    start = written.index(b", }", written.index(name))
    return written[:start] + b"(" + written[start + 1 :]


def twice(known, lexicon, tuning) -> tuple[IndexedBase, IndexedBase]:
    """Return the base as it was read, and as it was found again."""
    shelf = Shelf()
    first = KeptIndex(lexicon, tuning, shelf)
    made = first.open(known)
    first.keep()
    return made, KeptIndex(lexicon, tuning, shelf).open(known)


def test_what_was_kept_is_not_read_anew(known, lexicon, tuning, monkeypatch):
    made, _ = twice(known, lexicon, tuning)
    monkeypatch.setattr(IndexedBase, "of", None)
    shelf = Shelf()
    shelf.save(digest_of(known), kept_index.written(made.whole(with_texts=True)))
    assert KeptIndex(lexicon, tuning, shelf).open(known).size == len(known)


@pytest.mark.slow
def test_messages_are_decided_alike(known, lexicon, tuning):
    made, found = (Checker((), lexicon, tuning, base=base) for base in twice(known, lexicon, tuning))
    said = [wording.text for claim in known for wording in claim.wordings]
    near = [f"so {text[:40]} right?" for text in said]
    for text in [*said, *near, "lunch, anyone?", "never this", "the harbuor is empty"]:
        assert found.check(text) == made.check(text)


def test_texts_are_embedded_alike(known, lexicon, tuning):
    made, found = twice(known, lexicon, tuning)
    for one, other in zip(made.parts, found.parts, strict=True):
        assert found.texts_of(other.segment) == made.texts_of(one.segment)


def test_a_change_after_the_start_is_one_like_any_other(known, lexicon, tuning):
    wording = KnownWording("the moon is made of green cheese and everybody knows it", "en")
    fresh = KnownClaim("moon", "contested", ByLanguage({"en": "The moon is cheese"}), (wording,))
    made, found = (base.changed([fresh], [known[0].id]) for base in twice(known, lexicon, tuning))
    one, other = (Checker((), lexicon, tuning, base=base) for base in (made, found))
    for text in (wording.text, known[0].wordings[0].text, known[1].wordings[0].text):
        assert other.check(text) == one.check(text)
    assert other.check(wording.text).best.claim == "moon"


@pytest.mark.parametrize(
    "changed",
    [
        lambda claim: replace(claim, wordings=claim.wordings[1:]),
        lambda claim: replace(claim, points=(*claim.points, "one more")),
        lambda claim: replace(claim, title=ByLanguage({"en": "Another title"})),
        lambda claim: replace(claim, wordings=(replace(claim.wordings[0], denies=True), *claim.wordings[1:])),
    ],
)
def test_other_texts_are_another_index(known, changed):
    assert digest_of([changed(known[0]), *known[1:]]) != digest_of(known)


def test_settings_are_those_of_the_claims_that_are_opened(known, lexicon, tuning):
    shelf = Shelf()
    first = KeptIndex(lexicon, tuning, shelf)
    first.open(known)
    first.keep()
    muted = [replace(known[0], muted=True), *known[1:]]
    found = KeptIndex(lexicon, tuning, shelf).open(muted)
    assert list(found.claims()) == muted


@pytest.mark.parametrize(
    "harm",
    [
        lambda written: written[: len(written) // 2],
        lambda _: b"",
        lambda written: written[:400] + bytes(200) + written[600:],
        lambda written: bytes(len(written)),
        lambda written: written.replace(b"terms.npy", b"terns.npy"),
        lambda written: flipped(written, 6, 64),
        lambda written: flipped(written, 8, 1),
        lambda written: unclosed(written, b"grams.npy"),
        lambda written: bytes([written[0] ^ 1]) + written[1:],
    ],
)
def test_damaged_bytes_are_made_anew(known, lexicon, tuning, harm):
    shelf = Shelf()
    first = KeptIndex(lexicon, tuning, shelf)
    made = first.open(known)
    first.keep()
    [(digest, written)] = shelf.kept.items()
    shelf.kept[digest] = harm(written)
    again = KeptIndex(lexicon, tuning, shelf)
    assert list(again.open(known).claims()) == list(made.claims())
    again.keep()
    assert shelf.kept[digest] == written


def test_a_store_out_of_reach_costs_nothing_but_time(known, lexicon, tuning):
    index = KeptIndex(lexicon, tuning, LockedShelf())
    assert index.open(known).size == len(known)
    index.keep()
