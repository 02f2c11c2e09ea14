"""Postings: which owners (wordings or claims) hold a term, with what weight, packed into three arrays."""

from array import array
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class Postings:
    """An immutable inverted index from terms to weighted owners, numbered from 0."""

    def __init__(self, holdings: Iterable[Mapping[str, float]]) -> None:
        """Pack the terms of each owner, in the order of their numbers."""
        numbers: dict[str, int] = {}
        terms, owners, weights = array("i"), array("i"), array("f")
        size = 0
        for owner, holding in enumerate(holdings):
            size += 1
            for term, weight in holding.items():
                terms.append(numbers.setdefault(term, len(numbers)))
                owners.append(owner)
                weights.append(weight)
        self.size = size
        self._numbers = numbers
        term_of = np.frombuffer(terms, dtype=np.int32) if terms else np.zeros(0, dtype=np.int32)
        order = np.argsort(term_of, kind="stable")
        self._owners = np.frombuffer(owners, dtype=np.int32)[order] if owners else np.zeros(0, dtype=np.int32)
        self._weights = np.frombuffer(weights, dtype=np.float32)[order] if weights else np.zeros(0, dtype=np.float32)
        counts = np.bincount(term_of, minlength=len(numbers))
        self._starts = [0, *np.cumsum(counts).tolist()]

    def sums(self, query: Mapping[str, float], most: int | None = None) -> Floats:
        """Return, for every owner, the sum over shared terms of its weight times the query's.

        With `most`, terms are read in the order of the query until that many postings have been touched.
        """
        owners: list[npt.NDArray[np.int32]] = []
        weights: list[npt.NDArray[np.float32]] = []
        touched = 0
        for term, weight in query.items():
            number = self._numbers.get(term)
            if number is None:
                continue
            start, stop = self._starts[number], self._starts[number + 1]
            owners.append(self._owners[start:stop])
            weights.append(self._weights[start:stop] * np.float32(weight))
            touched += stop - start
            if most is not None and touched > most:
                break
        if not owners:
            return np.zeros(self.size)
        return np.bincount(np.concatenate(owners), np.concatenate(weights), self.size).astype(np.float64, copy=False)
