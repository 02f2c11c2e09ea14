"""Fit the decision with an embedder: `python -m tests.evaluation.fit FOLDER [--also NAME=PACK:ROWS] [--chat FILE]`.

Measures every pack of `fields/` with its messages (kept in the work folder, so that a second run only fits), says what
each would get from weights that have not seen it, and writes decision.json, pairing.npz, questions.json, trees.json
and turns.tsv of config/lexicon. Needs scikit-learn, which nothing else here does: `pip install --group fit`.
"""

import argparse
import json
import random
import re
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from checks.decision import Pairing, tree_values
from checks.lexicon import Lexicon, analyse
from checks.matching import joint_measures
from checks.model import KnownClaim
from checks.stance.cues import words_in
from checks.text import is_han, stretches_of
from tests.evaluation import boosting
from tests.evaluation.asking import Sentences, crossed
from tests.evaluation.asking import write as write_questions
from tests.evaluation.measuring import Measurer, Pair
from tests.evaluation.ordering import Choices, conditional_logit
from tests.evaluation.packs import HERE, LONG, SHIPPED, Row, read_claims, read_rows, weighed_length
from tests.evaluation.weights import LEAST_SPREAD, as_text, principal_axes, scaled, write_pairing, written

ROOT = HERE.parents[1]
LEXICON = ROOT / "config" / "lexicon"
CLASSES = ("asserts", "denies", "asks", "mentions", "other")
FOLDS = 5
# How much each kind of evidence counts before it meets the ridge, and the ridge's inverse.
MEASURES, DIRECTIONS, WHOLE, WORDS, PAIRED, STRENGTH = 0.7, 0.3, 0.3, 1.5, 0.2, 0.05
COMPONENTS = 128
# Axes of a long message, and of a wording, of which each is multiplied with each.
PAIRED_AXES = 64, 64
# A turn of phrase must be seen in so many messages about so many claims; a word anywhere in a message in more.
TURNS_RECUR, WORDS_RECUR = (4, 3), (8, 5)
ANYWHERE = "m|"
LEAST_HUNDREDTHS = 2
# These tell claims of one base apart from those of another, not right ones from wrong ones.
NO_TOPIC = {"rank", "wordings", "has_denials", "denial_whole", "denial_part", "denial_all"}
DENIAL, KNOWN = {"short": 1.4, "long": 0.4}, {"short": 1.6, "long": 0.3}
QUESTION = 2.0
# In a chat fewer of those who speak of a claim dispute it than in the fitted messages.
DISPUTED = 0.75
# A question after the truth adds so many log odds for each of its own beyond the least.
ASKED = {"least": 1.0, "rate": 1.5}
# What is surely about a claim is less likely another matter.
TOPICAL = {"least": 5.0, "rate": 0.5}
# Of rightly answered messages one in fifty of other fields, and fewer about the shipped claims, is less `about` its
# claim; of falsely answered chat half.
CUT_OFFS = {"reply": 0.8, "offer": 0.25, "near": 0.02, "about": 1.3, "sure": 0.9}
# Of messages that make a claim 1 % lie below: measured on five packs; of ordinary chat two thirds do.
GATES = {"few": 0.2, "many": 1.2, "many_from": 40}
CHAT_A_PACK, CHAT_SHIPPED, CHAT_READ = 40, 500, 20000
# How much a dispute counts among the messages that teach the order, and the ridge of that.
COUNTED, RIDGE = 2.0, 10.0
# So many short messages of each stance, for every twelve claims, are also said within long ones of another field.
WRAPPED = {"asserts": 16, "denies": 12, "asks": 5, "mentions": 3}
SHORT = 130
# Fields that share a base with the shipped claims; of each field so many messages are held against all of these, and of
# those about the shipped claims one of so many.
SHARED, SHARED_ROWS, SHARED_SHIPPED = (2, 3, 4, 6, 8, 11), 40, 2
# So many messages of each language only name a claim's subject: words of so much of its wordings, and rare enough.
NAMED, COMMON, RARE, LONGEST_NAME = 3, 0.5, 3.6, 12
SEED = 3


class Table:
    """All pairs as matrices."""

    def __init__(self, pairs: Sequence[Pair], measurer: Measurer) -> None:
        self.pairs = pairs
        self.labels = np.array([pair.label for pair in pairs])
        self.fitted = np.array([pair.is_fitted and bool(pair.stance) for pair in pairs])
        self.read = np.array([bool(pair.stance) for pair in pairs])
        self.right = np.array([pair.claim in pair.row.claims for pair in pairs])
        self.messages = _messages(pairs, self.right)
        self.order_names = list(pairs[0].topic)
        self.topic_names = [name for name in self.order_names if name not in NO_TOPIC]
        self.stance_names = list(_all_measures(next(pair for pair in pairs if pair.stance)))
        order = np.array([[pair.topic[name] for name in self.order_names] for pair in pairs])
        topic = order[:, [self.order_names.index(name) for name in self.topic_names]]
        stance = np.zeros((len(pairs), len(self.stance_names)))
        for row in np.flatnonzero(self.read):
            values = _all_measures(pairs[row])
            stance[row] = [values[name] for name in self.stance_names]
        self.order_scale = order.mean(axis=0), order.std(axis=0)
        self.topic_scale = topic.mean(axis=0), topic.std(axis=0)
        self.stance_scale = stance[self.fitted].mean(axis=0), stance[self.fitted].std(axis=0)
        self.ordered = scaled(order, *self.order_scale)
        self.topic, self.stance = scaled(topic, *self.topic_scale), scaled(stance, *self.stance_scale)
        turns = _turns(pairs)
        self.turns = _common_turns(pairs, turns)
        self.turned = _turn_matrix(turns, self.turns)
        # Ten gigabytes of measures as objects would stay to the end.
        for pair in pairs:
            kept = {name: pair.stance[name] for name in ("has_denials", "question") if pair.stance}
            pair.topic.clear()
            pair.stance.clear()
            pair.stance.update(kept)
        raw = np.array([np.concatenate([pair.stretch, pair.stretch - pair.wording]) for pair in pairs])
        self.axes, self.centre = principal_axes(raw[self.fitted], COMPONENTS)
        components = raw @ self.axes - self.centre
        del raw, order, topic, stance
        # Pairs that nobody reads take no room, and all others half of what they would take in full precision.
        read = self.read[:, None]
        dense = self.stance * MEASURES * read, components * DIRECTIONS * read
        measured, along = (sparse.csr_matrix(each.astype(np.float32)) for each in dense)
        del dense, components
        self.long = np.array([row for row in np.flatnonzero(self.read) if weighed_length(pairs[row].row.text) > LONG])
        whole, paired = self._whole(measurer)
        parts = [measured, self.turned, along, whole, paired]
        del measured, along, whole, paired
        self.everything = sparse.hstack(parts, format="csr")

    def _whole(self, measurer: Measurer) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
        """Return the vectors of long messages, and their products with those of wordings; no numbers for short ones."""
        said = [self.pairs[row].row.text for row in self.long]
        texts = {text: n for n, text in enumerate(dict.fromkeys(said))}
        vectors = measurer.vectors(list(texts))[[texts[text] for text in said]]
        wordings = np.array([self.pairs[row].wording for row in self.long])
        counted = self.fitted[self.long]
        self.whole_scale = vectors[counted].mean(axis=0), vectors[counted].std(axis=0)
        self.paired = tuple(
            principal_axes(each[counted], count) for each, count in zip((vectors, wordings), PAIRED_AXES, strict=True)
        )
        left, right = (
            each @ axes - centre for each, (axes, centre) in zip((vectors, wordings), self.paired, strict=True)
        )
        left, right = left.astype(np.float32) * PAIRED, right.astype(np.float32)
        products = (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)
        whole = (scaled(vectors, *self.whole_scale) * WHOLE).astype(np.float32)
        return self._of_long(whole), self._of_long(products)

    def _of_long(self, values: np.ndarray) -> sparse.csr_matrix:
        count = np.zeros(len(self.pairs) + 1, dtype=np.int32)
        count[self.long + 1] = values.shape[1]
        columns = np.tile(np.arange(values.shape[1], dtype=np.int32), len(values))
        ends = np.cumsum(count, dtype=np.int32)
        return sparse.csr_matrix((values.ravel(), columns, ends), shape=(len(self.pairs), values.shape[1]))


def _all_measures(pair: Pair) -> dict[str, float]:
    return pair.topic | pair.stance | joint_measures(pair.topic, pair.stance)


def _turns(pairs: Sequence[Pair]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the turns of each pair, and the words said anywhere in its message, which pairs of one message share."""
    lexicon = Lexicon.load()
    texts = {pair.row.text for pair in pairs if pair.turns}
    words = {text: frozenset(words_in(analyse(text, lexicon).text)) for text in texts}
    return [(pair.turns, words[pair.row.text] if pair.turns else frozenset()) for pair in pairs]


def _common_turns(pairs: Sequence[Pair], turns: Sequence[tuple[frozenset[str], frozenset[str]]]) -> list[str]:
    seen: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for pair, held in zip(pairs, turns, strict=True):
        if pair.is_fitted and not pair.row.id.startswith("chat-"):
            said = pair.claim, pair.row.id
            for turn in chain(*held):
                seen[turn].add(said)
    return sorted(turn for turn, held in seen.items() if _recurs(turn, held))


def _recurs(turn: str, held: set[tuple[str, str]]) -> bool:
    messages, claims = ({each[part] for each in held} for part in (1, 0))
    least_messages, least_claims = WORDS_RECUR if turn.startswith(ANYWHERE) else TURNS_RECUR
    return len(messages) >= least_messages and len(claims) >= least_claims


def _turn_matrix(held: Sequence[tuple[frozenset[str], frozenset[str]]], turns: Sequence[str]) -> sparse.csr_matrix:
    numbers = {turn: number for number, turn in enumerate(turns)}
    columns, ends = array("i"), array("q", [0])
    for each in held:
        columns.extend(numbers[turn] for turn in chain(*each) if turn in numbers)
        ends.append(len(columns))
    weights = _weights_of(turns).astype(np.float32)[columns]
    return sparse.csr_matrix((weights, columns, ends), shape=(len(held), len(turns)))


def _weights_of(turns: Sequence[str]) -> np.ndarray:
    return np.array([WORDS if turn.startswith(ANYWHERE) else 1.0 for turn in turns])


def fit_topic(table: Table, rows: np.ndarray) -> LogisticRegression:
    """Fit what tells whether the message is about the claim."""
    model = LogisticRegression(C=0.3, max_iter=1000, class_weight="balanced")
    return model.fit(table.topic[rows], table.labels[rows] != "other")


def fit_order(table: Table, rows: np.ndarray) -> np.ndarray:
    """Fit what tells the claim that a message is about from those beside it.

    A dispute says more of the matter and less of the claim, and is found less often: it counts more.
    """
    held = np.flatnonzero(rows & (table.messages >= 0))
    _, starts, of = np.unique(table.messages[held], return_index=True, return_inverse=True)
    disputed = np.logical_or.reduceat(table.labels[held] == "denies", starts)
    choices = Choices(table.ordered[held], table.right[held], of)
    return conditional_logit(choices, RIDGE, np.where(disputed, COUNTED, 1.0))


def _messages(pairs: Sequence[Pair], right: np.ndarray) -> np.ndarray:
    """Return the number of each pair's message; -1 where it has no claim on top of another, or was made by rule."""
    numbers: dict[tuple[str, str, str], int] = {}
    found = [numbers.setdefault((pair.pack, pair.row.id, pair.row.text), len(numbers)) for pair in pairs]
    told = np.bincount(found, right) % np.bincount(found) > 0
    made = np.array([pair.pack.startswith("framed ") for pair in pairs])
    return np.where(told[found] & ~made, found, -1)


def fit_stance(table: Table, rows: np.ndarray) -> LogisticRegression:
    """Fit what tells what its author does with the claim."""
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(table.everything[rows], table.labels[rows])


def origin(pack: str) -> str:
    """Return the pack that a set of pairs is about, whatever of its messages or claims the set holds."""
    return re.sub("^(among|chat|framed|named|wrapped|beside|long|plain) |-(en|zh)$", "", pack)


def folds(pairs: Sequence[Pair], shipped: set[str]) -> np.ndarray:
    """Return the fold of each pair: whole packs are left out; of the shipped claims, all messages about a claim."""
    packs = sorted({origin(pair.pack) for pair in pairs} - shipped)
    claims = sorted({claim for pair in pairs if origin(pair.pack) in shipped for claim in pair.row.claims})

    def fold(pair: Pair) -> int:
        if origin(pair.pack) not in shipped:
            return packs.index(origin(pair.pack))
        return claims.index(pair.row.claims[0]) if pair.row.claims else sum(map(ord, pair.row.id))

    return np.array([fold(pair) % FOLDS for pair in pairs])


@dataclass(frozen=True)
class Crossed:
    """What each model says of each pair: its value in the order of claims, its topic, the shares of the classes."""

    order: np.ndarray
    about: np.ndarray
    shares: np.ndarray


def cross_validate(table: Table, shipped: set[str]) -> Crossed:
    """Return what the models say of each pair, by weights that have not seen its pack or claim."""
    fold = folds(table.pairs, shipped)
    order, about, shares = np.zeros(len(fold)), np.zeros(len(fold)), np.zeros((len(fold), len(CLASSES)))
    for part in range(FOLDS):
        held, used = fold == part, fold != part
        order[held] = table.ordered[held] @ fit_order(table, used)
        about[held] = fit_topic(table, used).decision_function(table.topic[held])
        model = fit_stance(table, used & table.fitted)
        columns = [list(model.classes_).index(name) for name in CLASSES]
        shares[held] = model.predict_proba(table.everything[held])[:, columns]
    return Crossed(order, about, shares)


def stack(table: Table, crossed: Crossed, shipped: set[str]) -> Crossed:
    """Return the same with the shares after the trees, each by trees that have not seen the pair's pack or claim."""
    fold = folds(table.pairs, shipped)
    values = tree_values(table.stance, crossed.shares, crossed.about)
    found = np.zeros_like(crossed.shares)
    for part in range(FOLDS):
        held, used = (fold == part) & table.read, (fold != part) & table.fitted
        trees = boosting.grow(values[used], table.labels[used], SEED)
        found[held] = boosting.shares_of(trees, values[held], CLASSES)
    return replace(crossed, shares=found)


def judge(table: Table, crossed: Crossed, packs: set[str]) -> dict[str, float]:
    """Return the shares that judge a check, over the messages of some packs."""
    messages: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, pair in enumerate(table.pairs):
        if pair.pack in packs and table.read[number]:
            messages[pair.pack, pair.row.id, pair.row.text].append(number)
    found: dict[str, list[bool]] = defaultdict(list)
    for numbers in messages.values():
        best = max(numbers, key=lambda number: crossed.order[number])
        _count(table.pairs[best], crossed.about[best], crossed.shares[best], found)
    return {name: round(float(np.mean(values)), 3) for name, values in sorted(found.items())}


def _count(pair: Pair, about: float, shares: np.ndarray, found: dict[str, list[bool]]) -> None:
    row, right = pair.row, pair.claim in pair.row.claims
    shares = shares * [1.0, 1.0, 1.0, 1.0, np.exp(-TOPICAL["rate"] * max(0.0, about - TOPICAL["least"]))]
    shares = shares / shares.sum()
    length = weighed_length(row.text)
    denial = (KNOWN if pair.stance["has_denials"] else DENIAL)["long" if length > LONG else "short"]
    asked = QUESTION * np.exp(ASKED["rate"] * max(0.0, pair.stance["question"] - ASKED["least"]))
    weighed = [shares[0], shares[1] * denial, shares[2] * asked, shares[3]]
    stance = CLASSES[int(np.argmax(weighed))]
    makes = (shares[0] + shares[2]) / (1 - (1 - DISPUTED) * shares[1])
    is_on_topic = about >= CUT_OFFS["about"] or shares[0] >= CUT_OFFS["sure"]
    replied = stance in ("asserts", "asks") and makes >= CUT_OFFS["reply"] and is_on_topic
    offered = stance != "denies" and makes >= CUT_OFFS["offer"]
    if not row.claims:
        found["false"].append(replied)
        found["false_offer"].append(offered)
    elif row.stance == "denies":
        found["denies_seen"].append(right and stance == "denies")
        found["lectured"].append(replied)
    else:
        found["top1"].append(right)
        found["replied"].append(replied and right)
        found["replied_or_offered"].append(offered and right)
        if row.stance == "asks":
            found["asks_seen"].append(right and stance == "asks")
        elif length > LONG:
            found["long_denied"].append(right and stance == "denies")


def write(table: Table, provenance: str) -> None:
    """Fit on everything and write the weights; those of very many claims stay (`tests/evaluation/ordering.py`)."""
    file = LEXICON / "decision.json"
    every = np.ones(len(table.pairs), dtype=bool)
    topic, order_weights = fit_topic(table, every), fit_order(table, every)
    model = fit_stance(table, table.fitted)
    order = [list(model.classes_).index(name) for name in CLASSES]
    weights, bias = (np.float64(fitted[order]) for fitted in (model.coef_, model.intercept_))
    measured, turned = len(table.stance_names), len(table.turns)
    centre, spread = table.whole_scale
    ends = np.cumsum([measured, turned, COMPONENTS, len(centre)])
    _, _, along, of_whole, paired = np.split(weights, ends, axis=1)
    directions = table.axes @ (along * DIRECTIONS).T
    whole = (of_whole * WHOLE / spread).T
    data = {
        "provenance": provenance,
        "topic": written(table.topic_names, *table.topic_scale, topic.coef_[0]),
        "likeness": json.loads(file.read_text("utf-8"))["likeness"],
        "ordering": written(table.order_names, *table.order_scale, order_weights),
        "topic_bias": round(float(topic.intercept_[0]), 4),
        "stance": written(table.stance_names, *table.stance_scale, weights[:, :measured].T * MEASURES, "weights"),
        "stance_bias": np.round(bias - table.centre @ (along * DIRECTIONS).T, 4).tolist(),
        "denial": DENIAL,
        "known": KNOWN,
        "question": QUESTION,
        "disputed": DISPUTED,
        "asked": ASKED,
        "topical": TOPICAL,
        "cut_offs": CUT_OFFS,
        "gates": GATES,
        "encoder": "semantic:",
        "directions": np.round(directions, 3).tolist(),
        "whole": np.round(whole, 3).tolist(),
        "whole_bias": np.round(-centre @ whole, 4).tolist(),
    }
    file.write_text(as_text(data) + "\n", "utf-8")
    products = paired.T.reshape(*PAIRED_AXES, len(CLASSES)) * PAIRED
    write_pairing(Pairing(*table.paired, products), LEXICON / "pairing.npz")
    _write_turns(table.turns, weights[:, measured : measured + turned])


def boost(table: Table, crossed: Crossed) -> None:
    """Grow the trees on everything, upon shares by weights that have not seen the pair, and write them."""
    values = tree_values(table.stance, crossed.shares, crossed.about)
    trees = boosting.grow(values[table.fitted], table.labels[table.fitted], SEED)
    measured = np.flatnonzero(table.stance_scale[1] > LEAST_SPREAD).tolist()
    columns = [*measured, *range(len(table.stance_names), values.shape[1])]
    boosting.write(trees, columns, CLASSES, LEXICON / "trees.json")


def _write_turns(turns: Sequence[str], weights: np.ndarray) -> None:
    hundredths = np.round((weights - weights.mean(axis=0)) * _weights_of(turns) * 100).astype(int)
    lines = [
        "# Weights of turns of phrase around a claim (§: its own words, #: a number), in hundredths of log odds:",
        f"# {', '.join(CLASSES)}. The first letter is the place: o in the stretch that carries the claim, n in a",
        "# neighbour, w in the window of both, s and e at the message's start and end, m anywhere.",
    ]
    for number, turn in enumerate(turns):
        if np.abs(hundredths[:, number]).max() >= LEAST_HUNDREDTHS:
            lines.append("\t".join([turn, *map(str, hundredths[:, number])]))
    (LEXICON / "turns.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def read_chat(files: Sequence[Path]) -> list[str]:
    """Return some lines of chat, the same ones each time."""
    lines = [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]
    random.Random(SEED).shuffle(lines)
    return [line for line in lines[:CHAT_READ] if len(line) > 3]


def framed(name: str, claims: Sequence[KnownClaim]) -> list[Row]:
    """Return plain messages about each claim: two denials, an assertion, a question and a mention of its wordings."""
    chance = random.Random(name)
    kinds = [("denies", "en"), ("denies", "zh"), *((kind, "") for kind in ("asserts", "asks", "mentions"))]
    rows: list[Row] = []
    for claim in claims:
        for kind, given in kinds:
            language = given or chance.choice(("en", "zh"))
            said = [each.text for each in claim.wordings if each.says and each.language == language]
            frame = chance.choice(_frames(kind, language))
            if said:
                text = frame.replace("{}", chance.choice(said).rstrip(".。!！"))
                rows.append(_framed_row(claim.id, kind, language, text))
    return rows


@cache
def _frames(kind: str, language: str) -> Sequence[str]:
    lines = (HERE / "frames.tsv").read_text("utf-8").splitlines()
    frames = (line.split("\t") for line in lines if not line.startswith("#"))
    return [text for stance, of, text in frames if (stance, of) == (kind, language)]


def naming(name: str, claims: Sequence[KnownClaim], lexicon: Lexicon) -> list[Row]:
    """Return messages that name what a claim is about and say nothing of it: who sells it, shows it, looks for it."""
    chance = random.Random(name)
    rows: list[Row] = []
    for claim in claims:
        for language in ("en", "zh"):
            if not (subject := _subject(claim, language, lexicon)):
                continue
            for number, frame in enumerate(chance.sample(_frames("names", language), NAMED)):
                text = frame.replace("{}", subject)
                rows.append(Row(f"name-{claim.id}-{language}-{number}", text, (), "none", ()))
    return rows


def _subject(claim: KnownClaim, language: str, lexicon: Lexicon) -> str:
    """Return the rarest words, one beside another, that most of a claim's wordings have in common; "" for none."""
    texts = [each.text for each in claim.wordings if each.says and each.language == language]
    forms = Counter(form for text in texts for form in set(lexicon.tokenizer.forms(lexicon.folder.fold(text))))
    rarity, found, least = lexicon.frequencies.rarity, dict[str, float](), max(2, COMMON * len(texts))
    for text in texts:
        start, end, rare = 0, -1, 0.0
        for token in lexicon.tokenizer.tokens(lexicon.folder.fold(text)):
            if not token.form.isalpha() or forms[token.form] < least or rarity(token.form) < RARE:
                end = -1
                continue
            if not 0 <= token.start - end <= 1 and not start < token.start < end:
                start, rare = token.start, 0.0
            rare, end = rare + rarity(token.form), token.end
            if end - start <= min(len(text) / 2, LONGEST_NAME / (1 + is_han(text))):
                found[text[start:end]] = rare
    return max(found, key=found.__getitem__, default="")


def _framed_row(claim: str, kind: str, language: str, text: str) -> Row:
    if kind == "mentions":
        return Row(f"frame-{claim}-{kind}", text, (), "none", (claim,))
    return Row(f"frame-{claim}-{kind}-{language}", text, (claim,), kind, ())


def wrapped(name: str, rows: Sequence[Row], claims: int, others: Sequence[str]) -> list[Row]:
    """Return short messages of a field, each said somewhere within a long text of another.

    What stands around a claim then tells nothing of what its author does with it.
    """
    chance = random.Random(f"wrapped {name}")
    around = {han: [text for text in others if is_han(text) == han] for han in (False, True)}
    found: list[Row] = []
    for stance, number in WRAPPED.items():
        said = [row for row in rows if _is_said(row, stance) and weighed_length(row.text) <= SHORT]
        for row in chance.sample(said, min(len(said), number * claims // 12)):
            long = chance.choice(around[is_han(row.text)])
            ends = [0, *(end for _, end in stretches_of(long).sentences)]
            at = chance.choice(ends)
            text = f"{long[:at].rstrip()} {_ended(row.text)} {long[at:].lstrip()}".strip()
            found.append(replace(row, id=f"wrap-{row.id}", text=text))
    return found


def _ended(text: str) -> str:
    text = text.rstrip()
    return f"{text}{'。' if is_han(text) else '.'}" if text[-1].isalnum() else text


def _is_said(row: Row, stance: str) -> bool:
    return bool(row.mentions) if stance == "mentions" else bool(row.claims) and row.stance == stance


def gather(
    measurer: Measurer, also: Mapping[str, tuple[Path, Path]], chat: Sequence[Path], hard: Sequence[str]
) -> list[Pair]:
    """Return the measured pairs of all packs."""
    own = {file.stem: (file, file.with_suffix(".jsonl")) for file in sorted((HERE / "fields").glob("*.yaml"))}
    sight = {"own": (SHIPPED, HERE / "messages.jsonl"), "first sight": (SHIPPED, HERE / "first_sight.jsonl")}
    sets = own | sight | dict(also)
    long = {
        name: [row.text for row in read_rows(rows) if weighed_length(row.text) > LONG]
        for name, (_, rows) in own.items()
    }
    pairs: list[Pair] = []
    lines = read_chat(chat)
    vectors = measurer.vectors(lines) if lines else None
    for name, (pack, rows) in sets.items():
        claims = read_claims(pack)
        said = read_rows(rows)
        if name in own or name == "own":
            pairs += measurer.pairs(f"long {name}", claims, read_rows(HERE / "long_posts.jsonl", pack.stem))
            pairs += measurer.pairs(f"plain {name}", claims, read_rows(HERE / "plain_words.jsonl", pack.stem))
        pairs += measurer.pairs(name, claims, said)
        if name in own:
            pairs += measurer.pairs(f"beside {name}", [*claims, *read_claims(SHIPPED)], said)
        if name in own or name == "first sight":
            others = [text for other, texts in long.items() if other != name for text in texts]
            taken_up = set(measurer.taken_up(claims, said))
            apart = [row for row in said if row not in taken_up]
            pairs += measurer.pairs(f"wrapped {name}", claims, wrapped(name, apart, len(claims), others))
        if name in own or name == "own":
            pairs += measurer.pairs(f"framed {name}", claims, framed(name, claims))
        if name in own:
            pairs += measurer.pairs(f"named {name}", claims, naming(name, claims, measurer.lexicon))
        if vectors is not None and (pack.resolve() != SHIPPED or name == "own"):
            most = CHAT_SHIPPED if pack == SHIPPED else CHAT_A_PACK
            near = measurer.nearest(claims, lines, vectors, most)
            said = [Row(f"chat-{number}", text, (), "none", ()) for number, text in enumerate(near)]
            pairs += measurer.pairs(f"chat {name}", claims, said)
        sys.stdout.write(f"{name}: {len(pairs)} pairs\n")
    alarms = [Row(f"chat-hard-{number}", text, (), "none", ()) for number, text in enumerate(hard)]
    pairs += measurer.pairs("chat own", read_claims(SHIPPED), alarms)
    pairs += among(measurer, list(own.values()), read_rows(HERE / "first_sight.jsonl"))
    for name, (pack, rows) in own.items():
        messages = read_rows(rows)
        for language, wanted in (("en", True), ("zh", False)):
            other = [row for row in messages if is_han(row.text) == wanted]
            pairs += measurer.pairs(f"{name}-{language}", read_claims(pack, (language,)), other)
    return pairs


def among(measurer: Measurer, fields: Sequence[tuple[Path, Path]], said: Sequence[Row]) -> list[Pair]:
    """Return pairs of claims in bases that the shipped ones share with some fields: for their order, and the topic."""
    chance = random.Random(SEED)
    fields, said = chance.sample(fields, len(fields)), chance.sample(said, len(said) // SHARED_SHIPPED)
    pairs: list[Pair] = []
    for number, count in enumerate(SHARED):
        some, fields = fields[:count], fields[count:]
        claims = [claim for pack, _ in (*some, (SHIPPED, None)) for claim in read_claims(pack)]
        for pack, rows in some:
            messages = read_rows(rows)
            sample = chance.sample(messages, min(len(messages), SHARED_ROWS))
            pairs += measurer.pairs(f"among {pack.stem}", claims, sample, is_read=False)
        pairs += measurer.pairs("among first sight", claims, said[number :: len(SHARED)], is_read=False)
    return pairs


def with_questions(pairs: Sequence[Pair], shipped: set[str], file: Path) -> list[Pair]:
    """Return the pairs with how surely each message asks, by weights that have not seen its pack; write all weights."""
    parts = folds(pairs, shipped)
    first: dict[str, tuple[Pair, int]] = {}
    for pair, part in zip(pairs, parts, strict=True):
        first.setdefault(pair.row.text, (pair, int(part)))
    sentences = Sentences.of(list(first))
    asks = np.array([bool(pair.row.claims) and pair.row.stance == "asks" for pair, _ in first.values()])
    abouts = [frozenset(pair.row.claims) for pair, _ in first.values()]
    made = ("frame-", "wrap-", "name-")
    fitted = np.array([not pair.row.id.startswith(made) for pair, _ in first.values()])
    found = crossed(sentences, abouts, np.array([part for _, part in first.values()]), asks, fitted)
    write_questions(sentences, abouts, asks, fitted, file)
    for pair in pairs:
        if pair.stance:
            pair.stance["question"] = found[pair.row.text]
    return pairs


def main() -> None:
    """Measure, cross-validate, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--also", action="append", default=[], metavar="NAME=PACK:ROWS")
    parser.add_argument("--chat", action="append", default=[], type=Path)
    parser.add_argument("--hard", type=Path, help="lines of chat, as JSON texts, that an earlier fit spoke to")
    given = parser.parse_args()
    hard = [json.loads(line) for line in given.hard.read_text("utf-8").splitlines()] if given.hard else []
    also = {name: tuple(map(Path, files.split(":"))) for name, files in (each.split("=", 1) for each in given.also)}
    shipped = {"own", "first sight"} | {name for name, (pack, _) in also.items() if pack.resolve() == SHIPPED}
    measurer = Measurer(given.work)
    pairs = gather(measurer, also, given.chat, hard)
    pairs = with_questions(pairs, shipped, LEXICON / "questions.json")
    table = Table(pairs, measurer)
    crossed = cross_validate(table, shipped)
    boost(table, crossed)
    fields = {pair.pack for pair in table.pairs if pair.pack == origin(pair.pack)} - shipped
    texts = len({(pair.pack, pair.row.id) for pair in table.pairs})
    write(
        table,
        f"A conditional logit, two logistic regressions (ridge), and boosted trees upon them, on {texts} messages and "
        f"lines of chat about {len(fields)} packs of 12 claims and the shipped ones, with the packaged encoder "
        f"(tests/evaluation/fit.py); whole packs left out, without the trees: {judge(table, crossed, fields)}. "
        "The order of thousands of claims for messages in Chinese: a conditional logit on the development part of "
        "LCQMC (tests/evaluation/ordering.py)",
    )
    crossed = stack(table, crossed, shipped)
    for name in sorted({pair.pack for pair in table.pairs}):
        sys.stdout.write(f"{name}: {judge(table, crossed, {name})}\n")
    other = {pair.pack for pair in table.pairs if re.search("-(en|zh)$", pair.pack)}
    sys.stdout.write(f"wordings in the other language only: {judge(table, crossed, other)}\n")
    sys.stdout.write(f"all fields, each left out: {judge(table, crossed, fields)}\n")


if __name__ == "__main__":
    main()
