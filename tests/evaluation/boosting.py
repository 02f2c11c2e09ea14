"""Trees grown upon the shares of the stance model: they see which measures stand together, which sums cannot tell."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from tests.evaluation.weights import as_text

TREES, LEAVES, RATE = 120, 8, 0.06
LEAST_IN_LEAF, RIDGE, SHARE_OF_VALUES = 40, 5.0, 0.3


def grow(values: np.ndarray, labels: np.ndarray, seed: int) -> HistGradientBoostingClassifier:
    """Return trees fitted to the labels."""
    model = HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_IN_LEAF,
        l2_regularization=RIDGE,
        max_features=SHARE_OF_VALUES,
        early_stopping=False,
        random_state=seed,
    )
    return model.fit(values, labels)


def shares_of(model: HistGradientBoostingClassifier, values: np.ndarray, classes: Sequence[str]) -> np.ndarray:
    """Return the shares of the classes, in the order of their names."""
    return model.predict_proba(values)[:, [list(model.classes_).index(name) for name in classes]]


def write(model: HistGradientBoostingClassifier, columns: Sequence[int], classes: Sequence[str], file: Path) -> None:
    """Write the trees as `checks.decision.Trees` reads them; `columns` are the numbers of the values in use."""
    number_of = {column: number for number, column in enumerate(columns)}
    order = [list(model.classes_).index(name) for name in classes]
    data: dict[str, list[float]] = {name: [] for name in ("values", "limits", "left", "right", "worth", "roots")}
    depth = 0
    for step in model._predictors:
        for place in order:
            first = len(data["values"])
            data["roots"].append(first)
            for number, node in enumerate(step[place].nodes):
                leaf = bool(node["is_leaf"])
                depth = max(depth, int(node["depth"]))
                data["values"].append(0 if leaf else number_of[int(node["feature_idx"])])
                data["limits"].append(0.0 if leaf else round(float(node["num_threshold"]), 4))
                data["left"].append(first + (number if leaf else int(node["left"])))
                data["right"].append(first + (number if leaf else int(node["right"])))
                data["worth"].append(round(float(node["value"]), 4) if leaf else 0.0)
    start = np.round(model._baseline_prediction.ravel()[order], 4).tolist()
    roots = np.array(data["roots"]).reshape(-1, len(classes)).tolist()
    file.write_text(as_text({"depth": depth, "start": start, **data, "roots": roots}) + "\n", "utf-8")
