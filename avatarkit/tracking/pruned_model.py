"""A TensorFlow Lite model without the work for an answer that nobody asks for."""

from __future__ import annotations

import importlib
from typing import Any

_FILE_IDENTIFIER = b"TFL3"
"""Source: TensorFlow Lite, schema.fbs."""


def without_output(model: bytes, unwanted: int, stand_in: int) -> bytes:
    """The model that answers the same, but gives the output `stand_in` in the place of one that is not wanted.

    Args:
        model: a TensorFlow Lite file.
        unwanted: which of its outputs is not worth its time; what was computed for it alone is computed no longer.
        stand_in: which other output is given in its place, so that the others keep theirs.
    """
    tree = _read(model)
    outputs = tree.subgraphs[0].outputs
    return _written(tree, [outputs[stand_in if k == unwanted else k] for k in range(len(outputs))])


def ending_at(model: bytes, tensor: str) -> bytes:
    """The model that gives one of its inner tensors and computes nothing beyond.

    Args:
        model: a TensorFlow Lite file.
        tensor: the name of the tensor, which becomes the only output.
    """
    tree = _read(model)
    return _written(tree, [next(k for k, t in enumerate(tree.subgraphs[0].tensors) if t.name == tensor.encode())])


def _read(model: bytes) -> Any:
    schema = _schema()
    return schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))


def _written(tree: Any, outputs: list[int]) -> bytes:
    """The file of a model that gives these tensors."""
    graph = tree.subgraphs[0]
    graph.outputs = outputs
    graph.operators = _needed(graph.operators, set(outputs))
    tree.signatureDefs = None  # names for tensors that may be gone
    builder = importlib.import_module("flatbuffers").Builder()
    builder.Finish(tree.Pack(builder), _FILE_IDENTIFIER)
    return bytes(builder.Output())


def _needed(operators: list[Any], tensors: set[int]) -> list[Any]:
    """The operators that lead to the tensors. A model lists them in the order in which they run."""
    kept, wanted = [], set(tensors)
    for operator in reversed(operators):
        if wanted.intersection(operator.outputs):
            wanted.update(operator.inputs)
            kept.append(operator)
    return kept[::-1]


def _schema() -> Any:
    # Comes with MediaPipe, as does the package `flatbuffers`.
    return importlib.import_module("mediapipe.tasks.metadata.schema_py_generated")
