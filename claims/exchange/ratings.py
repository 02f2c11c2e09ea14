"""The words of ratings, read from `ratings.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from checks.known import Kind


@dataclass(frozen=True, slots=True)
class Ratings:
    """What ClaimReview's textual ratings say: ours by kind and language, and the role that others' have for a claim."""

    ours: Mapping[str, Mapping[str, str]]
    roles: Mapping[str, str]
    kinds: Mapping[str, Kind]

    @classmethod
    def load(cls) -> "Ratings":
        """Read the shipped words."""
        text = (resources.files("claims") / "exchange" / "ratings.yaml").read_text("utf-8")
        data: dict[str, Any] = yaml.safe_load(text)
        ours = data["ours"]
        roles = {word.casefold(): role for role, words in data["theirs"].items() for word in words}
        kinds: dict[str, Kind] = {word.casefold(): kind for kind, words in ours.items() for word in words.values()}
        return cls(ours, roles, kinds)
