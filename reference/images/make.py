"""Makes the goldens of the image experiments from the committed nets.

    python reference/images/make.py               # all that need no download
    python reference/images/make.py sites         # one part
    python reference/images/make.py real faces    # MobileNetV2, the DCGAN: fetched once, 27 MB
"""

import sys

import torch

import make_dissect
import make_draws
import make_explain
import make_sites
import make_real
import planted_goldens

PARTS = {"draws": make_draws.main, "planted": planted_goldens.main, "sites": make_sites.main, "explain": make_explain.main,
         "dissect": make_dissect.scenes, "real": make_real.main, "faces": make_dissect.faces}
DEFAULT = ["draws", "planted", "sites", "explain", "dissect"]

if __name__ == "__main__":
    torch.set_num_threads(1)
    for part in sys.argv[1:] or DEFAULT:
        with torch.no_grad():
            PARTS[part]()
        print(f"{part}: done", flush=True)
