"""How fitted weights are scaled, and written for `checks.decision` to read."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from checks.decision import Pairing

# In standard deviations: what lies further counts as that far.
FURTHEST = 6.0
# A measure that hardly differs between texts is left out.
LEAST_SPREAD = 1e-4


def scaled(values: np.ndarray, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return measures, a column each, in standard deviations."""
    return np.clip((values - centre) / np.where(spread > LEAST_SPREAD, spread, np.inf), -FURTHEST, FURTHEST)


def written(
    names: Sequence[str], centre: np.ndarray, spread: np.ndarray, weights: np.ndarray, key: str = "weight"
) -> dict[str, dict[str, Any]]:
    """Return the weights of measures with their scale, without those that hardly differ between texts."""
    return {
        name: {
            "centre": round(float(centre[n]), 5),
            "spread": round(float(spread[n]), 5),
            key: np.round(weights[n], 4).tolist(),
        }
        for n, name in enumerate(names)
        if spread[n] > LEAST_SPREAD
    }


def as_text(weights: Mapping[str, Any]) -> str:
    """Return weights as JSON with each row of numbers, and each measure, on a line."""
    text = json.dumps(weights, ensure_ascii=False, indent=1)
    text = re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    return re.sub(r'\{\s+("centre"[^}]+?)\s+\}', lambda found: f"{{{' '.join(found[1].split())}}}", text)


def principal_axes(vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return axes along which vectors differ most, a column each, scaled to a deviation of 1, and their mean."""
    centre = vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors - centre, full_matrices=False)
    along = axes[:count].T
    along = along / ((vectors - centre) @ along).std(axis=0)
    return along, centre @ along


def write_pairing(pairing: Pairing, file: Path) -> None:
    """Write it in half precision, which moves no share by a thousandth."""
    half = np.float16
    np.savez_compressed(
        file,
        message=pairing.message[0].astype(half),
        message_centre=pairing.message[1].astype(half),
        wording=pairing.wording[0].astype(half),
        wording_centre=pairing.wording[1].astype(half),
        weights=pairing.weights.astype(half),
    )
