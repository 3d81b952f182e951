"""The models say what MediaPipe's own graphs say."""

from typing import Any

import cv2
import numpy as np
import pytest
from skimage import transform

from avatarkit.media.photo import Photo
from avatarkit.tracking.mediapipe_graphs import MESH_INPUT_PX, face_graphs
from avatarkit.tracking.mediapipe_start import import_mediapipe, quiet_native_log
from avatarkit.tracking.person_graphs import BODY_INPUT_PX, HAND_INPUT_PX, BodyInCrop, person_graphs
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.track_face import MIN_DETECTION_SCORE

WHOLE_GRAPH = """
    input_stream: "image"  input_stream: "roi"
    output_stream: "landmarks"  output_stream: "world"  output_stream: "circle"
    node { calculator: "PoseLandmarkByRoiCpu" input_stream: "IMAGE:image" input_stream: "ROI:roi"
           output_stream: "LANDMARKS:landmarks" output_stream: "WORLD_LANDMARKS:world"
           output_stream: "AUXILIARY_LANDMARKS:circle" }
"""
DRAWN = ((0.0, 1.0), (0.1, 0.8), (0.2, 0.9))
"""Where a square picture of somebody begins, and its side, as shares of the photo."""


@pytest.fixture(scope="module")
def whole_graph() -> Any:
    base, rect = import_mediapipe()
    with quiet_native_log():
        graph = base.SolutionBase(graph_config=WHOLE_GRAPH)
    picture = rect.NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1)
    yield lambda pixels: graph.process({"image": pixels, "roi": picture})
    graph.close()


def _square(photo: Photo, begin: float, side: float) -> np.ndarray:
    first, count = (int(share * photo.pixels.shape[0]) for share in (begin, side))
    square = photo.pixels[first : first + count, first : first + count]
    return (255 * transform.resize(square, (BODY_INPUT_PX,) * 2)).astype(np.uint8)


@pytest.mark.parametrize(("begin", "side"), DRAWN)
def test_a_body_is_read_without_its_mask_as_it_is_read_with_it(
    begin: float, side: float, portrait: Photo, whole_graph: Any
) -> None:
    picture = _square(portrait, begin, side)
    ours, whole = person_graphs().read_body(picture), whole_graph(picture)
    assert isinstance(ours, BodyInCrop)
    assert ours.presence > 0.5
    tolerance = 1e-6  # a float's rounding: they put the points back into the picture once more
    assert np.allclose(ours.points, _points(whole.landmarks), atol=tolerance)
    assert np.allclose(ours.world, _points(whole.world), atol=tolerance)
    assert np.allclose(ours.circle, _points(whole.circle)[:2, :2], atol=tolerance)
    assert np.allclose(ours.visibility, [point.visibility for point in whole.landmarks.landmark], atol=tolerance)


SQUARES = (SquareCrop((250.0, 180.0), 300.0, 0.4), SquareCrop((300.0, 280.0), 900.0, -0.2), SquareCrop((60.0, 90.0), 150.0))
"""Within the portrait, larger than it, and over its edge."""


@pytest.mark.parametrize("square", SQUARES)
def test_models_see_a_square_that_they_cut_out_themselves_as_one_that_is_cut_out_for_them(
    square: SquareCrop, portrait: Photo
) -> None:
    pyramid, people, faces = PhotoPyramid(portrait.pixels), person_graphs(), face_graphs(MIN_DETECTION_SCORE)
    body, hand = (
        _both_ways(people.read_body, pyramid, square, BODY_INPUT_PX),
        _both_ways(people.read_hand, pyramid, square, HAND_INPUT_PX),
    )
    face = _both_ways(faces.read_mesh, pyramid, square, MESH_INPUT_PX)
    for one, other in ([found.points for found in body], [found.points for found in hand], [points for points, _ in face]):
        assert np.abs(one - other)[:, :2].max() < 2e-3  # of the square's side: half a pixel of what the model sees


def _both_ways(read: Any, pyramid: PhotoPyramid, square: SquareCrop, side_px: int) -> tuple[Any, Any]:
    picture = pyramid.cut(square, side_px, border=cv2.BORDER_REPLICATE)
    return read(*pyramid.window(square, side_px)), read(picture)


def _points(landmarks: Any) -> np.ndarray:
    return np.array([(point.x, point.y, point.z) for point in landmarks.landmark])
