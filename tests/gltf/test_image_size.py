from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from avatarkit.gltf.image_size import image_size

KINDS = {
    "PNG": {},
    "JPEG": {},
    "JPEG progressive": {"progressive": True},
    "WEBP": {},
    "WEBP lossless": {"lossless": True},
    "WEBP with alpha": {"mode": "RGBA"},
}


def _encoded(kind: str, width: int = 37, height: int = 11) -> bytes:
    settings = dict(KINDS[kind])
    stream = io.BytesIO()
    Image.new(settings.pop("mode", "RGB"), (width, height)).save(stream, kind.split(maxsplit=1)[0], **settings)
    return stream.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_the_size_is_what_pillow_says(kind: str):
    assert image_size(_encoded(kind)) == (37, 11)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_head_never_crashes(kind: str):
    data, random = _encoded(kind), np.random.default_rng(0)
    for length in range(len(data)):
        image_size(data[:length])
    for _ in range(300):
        spoiled = bytearray(data)
        spoiled[random.integers(0, len(data))] = random.integers(0, 256)
        image_size(bytes(spoiled))


def test_another_kind_has_no_size():
    assert image_size(b"GIF89a" + bytes(20)) is None
