import cv2
import numpy as np
import pytest

from avatarkit.app.limits import Limits
from avatarkit.app.watching import STAMP_BYTES, read_frame
from avatarkit.errors import InputError


def message(side):
    """A webcam picture of so many pixels a side, as the page sends it, taken at 2 s."""
    jpeg = cv2.imencode(".jpg", np.full((side, side, 3), (10, 120, 240), np.uint8))[1].tobytes()
    return np.float64(2.0).tobytes() + jpeg


def test_a_webcam_picture_is_read_as_it_was_sent():
    pixels, time_s = read_frame(message(64), Limits())
    assert pixels.shape == (64, 64, 3) and time_s == 2.0
    np.testing.assert_allclose(pixels[32, 32], (240, 120, 10), atol=6)


def test_what_says_it_is_a_giant_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    said_to_be = bytearray(message(64))
    frame = said_to_be.index(b"\xff\xc0", STAMP_BYTES)
    said_to_be[frame + 5 : frame + 9] = 2 * (65000).to_bytes(2, "big")
    for hostile in (bytes(said_to_be), message(Limits().frame_px + 8)):
        with pytest.raises(InputError, match="pixels a side"):
            read_frame(hostile, Limits())
