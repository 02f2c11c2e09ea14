"""Model folders of a few hundred bytes with known numbers; tests are skipped without the packages they need."""

from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the package onnx is not installed")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
tokenizers = pytest.importorskip("tokenizers", reason="the extra onnx is not installed")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "silver", "gold", "query", "白", "银"]
TABLE = np.random.default_rng(7).normal(size=(len(WORDS), 6)).astype(np.float32)
# An ONNX format that every supported runtime reads.
_OPSET, _IR = 17, 9
INPUTS = ("input_ids", "attention_mask")


def write_tokenizer(folder: Path) -> None:
    """Write a tokeniser with one token for each known word; it pads by itself, as exported ones often do."""
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_padding(length=64)
    tokenizer.save(str(folder / "tokenizer.json"))


def write_model(folder: Path, inputs: tuple[str, ...] = INPUTS, *, pooled: bool = False) -> None:
    """Write a model that looks each token up in `TABLE`; every other input adds its sum times zero."""
    nodes = [onnx.helper.make_node("Gather", ["table", "input_ids"], ["looked_up"])]
    last = "looked_up"
    for name in inputs[1:]:
        nodes += [
            onnx.helper.make_node("Cast", [name], [f"{name}_float"], to=onnx.TensorProto.FLOAT),
            onnx.helper.make_node("Mul", [f"{name}_float", "nothing"], [f"{name}_none"]),
            onnx.helper.make_node("Unsqueeze", [f"{name}_none", "axis"], [f"{name}_wide"]),
            onnx.helper.make_node("Add", [last, f"{name}_wide"], [f"with_{name}"]),
        ]
        last = f"with_{name}"
    end = "sentence_embedding" if pooled else "last_hidden_state"
    step = ("ReduceMean", {"axes": [1], "keepdims": 0}) if pooled else ("Identity", {})
    nodes.append(onnx.helper.make_node(step[0], [last], [end], **step[1]))
    shape = ["texts", 6] if pooled else ["texts", "tokens", 6]
    constants = {"table": TABLE, "nothing": np.float32(0), "axis": np.array([2], dtype=np.int64)}
    graph = onnx.helper.make_graph(
        nodes,
        "tiny",
        [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["texts", "tokens"]) for name in inputs],
        [onnx.helper.make_tensor_value_info(end, onnx.TensorProto.FLOAT, shape)],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", _OPSET)], ir_version=_IR)
    onnx.save(model, folder / "model.onnx")
