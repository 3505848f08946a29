"""Writing goldens so that the same numbers give the same bytes."""

import sys
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOLDENS = HERE / "goldens"
MODELS = ROOT / "public" / "models"
sys.path.insert(0, str(HERE.parent / "goldens"))
import store as shared  # noqa: E402  (reference/goldens/store.py)

COMMAND = "python reference/images/make.py"


def write_json(name, value, command=COMMAND):
    shared.write_json(GOLDENS / name, {"command": command, "torch": torch.__version__, **value})


def write_tensors(name, tensors, model, kind, command=COMMAND):
    """float32, int32 and uint8 tensors by name."""
    (GOLDENS / name).parent.mkdir(parents=True, exist_ok=True)
    tensors = {key: torch.from_numpy(np.ascontiguousarray(value)) if isinstance(value, np.ndarray) else value
               for key, value in tensors.items()}
    tensors = {key: value.float() if value.dtype == torch.float64 else value for key, value in tensors.items()}
    shared.write_tensors(GOLDENS / name, tensors, model, kind, command)


def rounded(values, digits=9):
    return [float(f"{value:.{digits}g}") for value in np.asarray(values, np.float64).ravel()]
