"""Synthetic scenes: one coloured object before a grey background, and a small grey decoy.

Every scene comes from 15 uniform numbers, so what is in it is known to the pixel. Edges are hard:
a pixel belongs to the object or not, and no grey pixel is as colourful as the object's darkest one.
"""

from dataclasses import dataclass

import numpy as np

SIZE, DRAWS = 48, 15
SHAPES = ("circle", "square", "triangle", "cross")
COLOURS = ("red", "green", "blue", "yellow")
TEXTURES = ("plain", "stripes", "checks")
PLACES = ("left", "right", "top", "bottom")
PALETTE = np.array([(214, 48, 44), (52, 168, 66), (48, 84, 214), (228, 196, 44)])
LABELS = tuple(f"{colour} {shape}" for colour in COLOURS for shape in SHAPES)
JITTER, DARKER = 14, 0.6
# A pixel whose largest and smallest channel differ by more than this is of the object.
COLOURFUL = 48


@dataclass(frozen=True)
class Scene:
    shape: int
    colour: int
    texture: int
    x: float
    y: float
    radius: float
    grey: int
    jitter: tuple
    decoy: tuple  # shape, x, y, radius, grey; () for none

    @property
    def label(self):
        return self.colour * len(SHAPES) + self.shape


def scene(u, label=None):
    """The scene of 15 uniform numbers; `label` overrides the drawn colour and shape."""
    colour, shape = int(u[0] * 4), int(u[1] * 4)
    if label is not None:
        colour, shape = divmod(label, len(SHAPES))
    radius = 8 + 5 * u[3]
    low, span = radius + 1, SIZE - 2 * radius - 2
    x, y = low + span * u[4], low + span * u[5]
    grey = int(50 + 150 * u[6])
    jitter = tuple(int(np.floor((2 * JITTER + 1) * v)) - JITTER for v in u[7:10])
    dr = 3 + 2 * u[11]
    dx, dy = dr + 1 + (SIZE - 2 * dr - 2) * u[12], dr + 1 + (SIZE - 2 * dr - 2) * u[13]
    apart = np.hypot(dx - x, dy - y) > radius * 1.4 + dr * 1.4 + 1
    light = grey + 50 + int(30 * u[14])
    decoy = (int(u[10] * 4), dx, dy, dr, light if light < 250 else grey - 90) if apart else ()
    return Scene(shape, colour, int(u[2] * 3), x, y, radius, grey, jitter, decoy)


def scenes(count, seed, labels=range(16)):
    """`count` scenes; labels take turns. Draws: RandomState(seed).random_sample, row by row."""
    u = np.random.RandomState(seed).random_sample((count, DRAWS))
    labels = list(labels)
    return [scene(row, labels[i % len(labels)]) for i, row in enumerate(u)]


def inside(shape, x, y, radius):
    """Pixels [S, S] whose centre lies within the shape."""
    centre = np.arange(SIZE) + 0.5
    dx, dy = centre[None, :] - x, centre[:, None] - y
    if shape == 0:
        return dx * dx + dy * dy <= radius * radius
    if shape == 1:
        return np.maximum(abs(dx), abs(dy)) <= 0.85 * radius
    if shape == 2:
        return (dy <= 0.8 * radius) & (abs(dx) <= 0.6 * (dy + radius))
    arm = radius / 3
    return ((abs(dx) <= arm) & (abs(dy) <= radius)) | ((abs(dy) <= arm) & (abs(dx) <= radius))


def texture(kind):
    """[S, S], true where the object is darker."""
    row, column = np.indices((SIZE, SIZE))
    if kind == 0:
        return np.zeros((SIZE, SIZE), bool)
    return row % 4 < 2 if kind == 1 else (row // 2 + column // 2) % 2 == 0


def render(s):
    """[S, S, 3], bytes."""
    picture = np.full((SIZE, SIZE, 3), s.grey, np.int64)
    if s.decoy:
        picture[inside(*s.decoy[:4])] = s.decoy[4]
    body = inside(s.shape, s.x, s.y, s.radius)
    colour = PALETTE[s.colour] + np.array(s.jitter)
    picture[body] = colour
    picture[body & texture(s.texture)] = np.floor(colour * DARKER)
    return picture.clip(0, 255).astype(np.uint8)


CONCEPTS = (*SHAPES, *COLOURS, *TEXTURES, *PLACES, "object")


def concepts(s):
    """[16, S, S], bool: the object's pixels under each concept that is true of it."""
    body = inside(s.shape, s.x, s.y, s.radius)
    half = SIZE / 2
    true = {SHAPES[s.shape], COLOURS[s.colour], TEXTURES[s.texture], "object",
            "left" if s.x < half else "right", "top" if s.y < half else "bottom"}
    return np.stack([body & (name in true) for name in CONCEPTS])


def segment(picture):
    """[4, S, S], bool: each colour's pixels, from the bytes alone: colourful, nearest palette hue.

    Works for any picture, generated ones too. On a rendered scene it equals `concepts`.
    """
    values = np.asarray(picture, np.float64)
    spread = values.max(-1) - values.min(-1)
    hue = (values - values.min(-1, keepdims=True)) / np.maximum(spread, 1)[..., None]
    palette = PALETTE - PALETTE.min(1, keepdims=True)
    palette = palette / palette.max(1, keepdims=True)
    distance = ((hue[..., None, :] - palette) ** 2).sum(-1)
    nearest = distance.argmin(-1)
    return np.stack([(spread > COLOURFUL) & (nearest == c) for c in range(len(COLOURS))])
