"""What was embedded once is not embedded again."""

from collections.abc import Sequence

import numpy as np
import pytest

from checks.embedders.embedder import CachingEmbedder, VectorRows
from config.errors import EmbedderError
from tests.checks.embedders.known_vectors import DictStore, KnownEmbedder


def test_a_message_seen_before_asks_nobody():
    inner = KnownEmbedder()
    embedder = CachingEmbedder(inner)
    first = embedder.embed(["a", "b"])
    again = embedder.embed(["b", "c", "a"])
    assert inner.asked == [["a", "b"], ["c"]]
    assert np.array_equal(again[2], first[0])
    assert np.array_equal(again[0], first[1])


def test_the_same_text_twice_in_one_call_is_asked_once():
    inner = KnownEmbedder()
    assert len(CachingEmbedder(inner).embed(["a", "a"])) == 2
    assert inner.asked == [["a"]]


def test_the_message_unseen_for_longest_is_forgotten_first():
    inner = KnownEmbedder()
    embedder = CachingEmbedder(inner, messages=2)
    for text in ["a", "b", "a", "c", "a", "b"]:
        embedder.embed([text])
    assert inner.asked == [["a"], ["b"], ["c"], ["b"]]


def test_wordings_come_back_from_the_store_after_a_restart():
    store = DictStore()
    texts = [f"wording {i}" for i in range(300)]
    before = CachingEmbedder(KnownEmbedder(), store).embed_wordings(texts)
    inner = KnownEmbedder()
    after = CachingEmbedder(inner, store).embed_wordings([*texts, "new"])
    assert np.array_equal(after[:300], before)
    assert inner.asked == [["wording 0", "wording 299"], ["new"]], "two known ones, to see that the model is the same"


class RowStore(DictStore):
    """The same, which gives vectors as the rows of one array."""

    def load(self, model: str, texts: Sequence[str]) -> VectorRows:
        found = super().load(model, texts)
        known = [text for text in texts if text in found]
        return VectorRows(known, np.array([found[text] for text in known]))


@pytest.mark.parametrize("wanted", [["a", "b", "c"], ["c", "a", "b"], ["a", "b", "a"], ["new", "a"], ["b", "new", "b"]])
def test_a_store_may_give_its_vectors_as_one_array(wanted: list[str]):
    store = RowStore()
    CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a", "b", "c"])
    found = CachingEmbedder(KnownEmbedder(), store).embed_wordings(wanted)
    assert np.array_equal(found, CachingEmbedder(KnownEmbedder()).embed_wordings(wanted))


@pytest.mark.parametrize("other", ["a", "c"])
def test_a_replaced_model_is_noticed_beside_one_array_too(other: str):
    store = RowStore()
    CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a", "b", "c"])
    store.kept["known", other] = -store.kept["known", other]
    inner = KnownEmbedder()
    CachingEmbedder(inner, store).embed_wordings(["a", "b", "c"])
    assert inner.asked == [["a", "c"], ["a", "b", "c"]]


def test_the_store_is_asked_for_one_model_only():
    store = DictStore()
    CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a"])
    other = KnownEmbedder()
    other.name = "other"
    CachingEmbedder(other, store).embed_wordings(["a"])
    assert other.asked == [["a"]]
    assert len(store.kept) == 2


def test_messages_do_not_go_into_the_store():
    store = DictStore()
    CachingEmbedder(KnownEmbedder(), store).embed(["what somebody said"])
    assert not store.kept


@pytest.mark.parametrize("length", [3, 8])
def test_a_model_replaced_under_its_name_is_noticed(length: int, caplog: pytest.LogCaptureFixture):
    store = DictStore()
    CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a", "b"])
    inner = KnownEmbedder(length)
    vectors = CachingEmbedder(inner, store).embed_wordings(["a", "b"])
    assert vectors.shape == (2, length)
    assert "all wordings are embedded anew" in caplog.text
    assert {len(vector) for vector in store.kept.values()} == {length}


def test_a_model_replaced_by_one_of_the_same_length_is_noticed():
    store = DictStore()
    CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a", "b"])
    store.kept["known", "a"] = -store.kept["known", "a"]
    inner = KnownEmbedder()
    CachingEmbedder(inner, store).embed_wordings(["a", "b"])
    assert inner.asked == [["a", "b"], ["a", "b"]]


def test_a_model_replaced_in_the_middle_of_a_base_is_noticed():
    store = DictStore()
    CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a", "b", "c"])
    store.kept["known", "c"] = -store.kept["known", "c"]
    inner = KnownEmbedder()
    CachingEmbedder(inner, store).embed_wordings(["a", "b", "c"])
    assert inner.asked == [["a", "c"], ["a", "b", "c"]]


@pytest.mark.parametrize("other", ["a", "b", "c"])
def test_kept_vectors_of_several_lengths_are_made_anew(other: str):
    store = DictStore()
    embedder = CachingEmbedder(KnownEmbedder(), store)
    embedder.embed_wordings(["a", "b", "c"])
    store.kept["known", other] = np.ones(7, dtype=np.float32)
    for wordings in (CachingEmbedder(KnownEmbedder(), store), embedder):
        assert wordings.embed_wordings(["a", "b", "c"]).shape == (3, 4)


def test_a_broken_store_costs_time_but_no_vector(caplog: pytest.LogCaptureFixture):
    store = DictStore()
    store.broken = True
    assert CachingEmbedder(KnownEmbedder(), store).embed_wordings(["a"]).shape == (1, 4)
    assert "the disk is full" in caplog.text


def test_what_was_embedded_before_a_failure_is_kept():
    store = DictStore()
    inner = KnownEmbedder()
    embedder = CachingEmbedder(inner, store)
    give = inner.embed

    def fail_later(texts: list[str]) -> np.ndarray:
        if inner.asked:
            inner.go_down()
        return give(texts)

    inner.embed = fail_later
    with pytest.raises(EmbedderError):
        embedder.embed_wordings([f"wording {i}" for i in range(300)])
    assert len(store.kept) == 128


def test_no_texts_give_no_rows():
    embedder = CachingEmbedder(KnownEmbedder(), DictStore())
    assert len(embedder.embed([])) == len(embedder.embed_wordings([])) == 0


def test_it_has_the_name_of_the_embedder_inside():
    inner = KnownEmbedder()
    embedder = CachingEmbedder(inner)
    assert embedder.name == "known"
    embedder.close()
    assert inner.closed
