"""Pictures as Pillow reads, resizes and turns grey, for the page's own code (src/load/image).

    python reference/images/pillow.py
"""

import base64
import io

import numpy as np
import PIL
from PIL import Image

from output import write_json

FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}
SIZES = [(8, 8), (17, 5), (23, 31), (7, 19)]  # width, height; the picture has 17 x 19


def encoded(image):
    out = io.BytesIO()
    image.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def picture():
    """Smooth on one side, noise on the other."""
    row, column = np.indices((19, 17))
    noise = np.random.RandomState(4).randint(0, 256, (19, 17, 3))
    smooth = np.stack([row * 13, column * 15, (row + column) * 7], 2)
    return np.where(column[..., None] < 9, smooth, noise).astype(np.uint8)


def main():
    image = Image.fromarray(picture())
    alpha = image.copy()
    alpha.putalpha(Image.fromarray((np.indices((19, 17))[0] * 12).astype(np.uint8)))
    kinds = {"RGB": image, "L": image.convert("L"), "RGBA": alpha, "LA": alpha.convert("LA"),
             "P": image.convert("P", palette=Image.Palette.ADAPTIVE, colors=20)}
    rgb = lambda one: np.asarray(one.convert("RGB")).ravel().tolist()
    write_json("pillow.json", {
        "pillow": PIL.__version__,
        "files": [{"kind": kind, "png": encoded(one), "pixels": rgb(one)} for kind, one in kinds.items()],
        "grey": np.asarray(image.convert("L")).ravel().tolist(),
        "resized": [{"filter": name, "width": w, "height": h, "pixels": rgb(image.resize((w, h), number))}
                    for name, number in FILTERS.items() for w, h in SIZES]}, "python reference/images/pillow.py")


if __name__ == "__main__":
    main()
