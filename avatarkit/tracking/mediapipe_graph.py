"""A MediaPipe graph that is fed one picture at a time."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from avatarkit.tracking.mediapipe_start import import_mediapipe

IN_THE_CALLERS_THREAD = 'executor { type: "ApplicationThreadExecutor" }'
"""For graphs that do one thing after another: handing their steps to MediaPipe's own threads costs 0.4 ms a picture."""

STEP_US = 33_333
"""Between two runs as the graph sees them; ours remember nothing, so that any will do."""


def coordinates(points: Any) -> np.ndarray:
    """(N, 3) x, y, z of a list of MediaPipe's landmarks, read from its bytes: asking each point takes twenty times as long.

    Source: protobuf.dev, Encoding: of each point come its tag and length, then each field's tag and four bytes.
    """
    rows = np.frombuffer(points.SerializeToString(), np.uint8).reshape(len(points.landmark), -1)
    return rows.take(_COORDINATE_BYTES, axis=1).view("<f4").astype(float)


_COORDINATE_BYTES = [start + byte for start in (3, 8, 13) for byte in range(4)]


def new_graph(config: str, **options: Any) -> Any:
    """A graph, started.

    Args:
        config: its nodes, in MediaPipe's text form.
        options: `side_inputs`, `calculator_params` and `outputs`, as SolutionBase takes them.

    Returns:
        an object with `run(**inputs)`, which gives an object with the graph's output streams as attributes (None where a stream
        gave nothing), and `close()`.
    """
    return _graph_class()(graph_config=IN_THE_CALLERS_THREAD + config, **options)


@cache
def _graph_class() -> type:
    base = import_mediapipe()[0]

    class Graph(base.SolutionBase):  # type: ignore[misc, name-defined]
        """SolutionBase, whose own `process` makes a class for each answer: 0.2 ms, longer than all else it does."""

        def run(self, **inputs: np.ndarray | Any) -> SimpleNamespace:
            self._graph_outputs.clear()
            self._simulated_timestamp += STEP_US
            for stream, value in inputs.items():
                packet = self._make_packet(self._input_stream_type_info[stream], value)
                self._graph.add_packet_to_input_stream(stream=stream, packet=packet.at(self._simulated_timestamp))
            self._graph.wait_until_idle()
            return SimpleNamespace(**{stream: self._content(stream) for stream in self._output_stream_type_info})

        def _content(self, stream: str) -> Any:
            packet = self._graph_outputs.get(stream)
            return None if packet is None else self._get_packet_content(self._output_stream_type_info[stream], packet)

    return Graph
