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
    schema = _schema()
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(model, 0))
    graph = tree.subgraphs[0]
    graph.outputs = [graph.outputs[stand_in if k == unwanted else k] for k in range(len(graph.outputs))]
    graph.operators = _needed(graph.operators, set(graph.outputs))
    tree.signatureDefs = None  # names for tensors that may be gone
    builder = importlib.import_module("flatbuffers").Builder(len(model))
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
