"""Photographs from scikit-image's package: two at MobileNetV2's preprocessing, twenty plain crops.

The pictures used are free of known restrictions, as scikit-image 0.26 states them: chelsea (CC0,
Stefan van der Walt), coffee (CC0, Rachel Michetti), camera (CC0, Lav Varshney), brick and gravel
(CC0 Textures, CC0), astronaut (NASA, public domain).
"""

import numpy as np
from PIL import Image
from skimage import data

SIDE = 224
# name, top, left: crops of 224 x 224 pixels without resampling, so that anyone gets the same bytes.
CROPS = (
    ("chelsea", 0, 60), ("chelsea", 40, 80), ("chelsea", 76, 0), ("chelsea", 60, 140), ("chelsea", 20, 220),
    ("coffee", 0, 100), ("coffee", 80, 160), ("coffee", 120, 60), ("coffee", 176, 260), ("coffee", 60, 300),
    ("astronaut", 0, 100), ("astronaut", 40, 180), ("astronaut", 180, 40), ("astronaut", 288, 120),
    ("astronaut", 240, 280), ("camera", 60, 140), ("camera", 200, 60), ("camera", 220, 280),
    ("brick", 100, 100), ("gravel", 100, 100))


def preprocessed(name):
    """[224,224,3] bytes: shorter side to 256 (Pillow, bilinear), the middle 224 x 224."""
    picture = Image.fromarray(getattr(data, name)())
    ratio = 256 / min(picture.size)
    picture = picture.resize(tuple(round(side * ratio) for side in picture.size), Image.BILINEAR)
    left, top = (round((side - SIDE) / 2) for side in picture.size)
    return np.array(picture.crop((left, top, left + SIDE, top + SIDE)))


def crops():
    """[20,224,224,3] bytes; grey pictures have three equal channels."""
    found = []
    for name, top, left in CROPS:
        picture = getattr(data, name)()
        picture = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
        found.append(picture[top : top + SIDE, left : left + SIDE])
    return np.stack(found)
