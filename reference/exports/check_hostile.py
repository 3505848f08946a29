"""Reads what Loci exports of documents whose every text is hostile, with Python's own parsers, and runs the scripts.

    python reference/exports/check_hostile.py

The documents are those of src/share/hostileStrings.alone.test.ts: each of its texts once in each string field of each kind. A script
must parse, compile, and have the syntax tree of the script of a harmless document, strings aside; run with stand-ins for
torch and the model libraries, it must write no file and start no program. CSV, SVG and JSON must be what they say. Needs
nothing but Python and `npm ci`. Prints what it read.
"""

import ast
import csv
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from unittest.mock import MagicMock

ROOT = Path(__file__).resolve().parents[2]
STAND_INS = ["numpy", "torch", "nnsight", "transformer_lens", "transformer_lens.model_bridge"]
SIGNS = ("=", "@", "\t", "\r", "\n")
done = []  # what a script did that it must not


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        export(folder)
        counts = Counter()
        sys.addaudithook(watch)
        os.chdir(folder)
        before = set(os.listdir(folder))
        for file in sorted(folder.iterdir()):
            if file.name == "counts.txt":
                continue
            counts[check(file, folder)] += 1
        assert set(os.listdir(folder)) == before, set(os.listdir(folder)) - before
        print((folder / "counts.txt").read_text())
    print(", ".join(f"{count} {form}" for form, count in counts.items()), "read; nothing was written or started")


def export(folder):
    command = ["npx", "vitest", "run", "--project", "unit-alone", "src/share/hostileStrings.alone.test.ts"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"LOCI_HOSTILE": str(folder)}, check=True, capture_output=True)


def check(file, folder):
    """The format of a file that is as it should be."""
    text = file.read_bytes().decode()
    document, form = file.name.split(".")[0], file.name.split(".")[2]
    if file.suffix == ".py":
        assert skeleton(text) == skeleton((folder / f"{document}.plain.{form}.py").read_text()), file.name
        run(text, file.name)
    elif form == "csv":
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
        assert len({len(row) for row in rows}) == 1, file.name
        assert not [cell for row in rows for cell in row if computes(cell)], file.name
    elif form == "svg":
        ElementTree.fromstring(text)
    elif form != "dot":
        json.loads(text)
    return form


def skeleton(text):
    """The syntax tree without what strings say."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def computes(cell):
    if cell.startswith(("+", "-")):
        try:
            float(cell)
        except ValueError:
            return True
    return cell.startswith(SIGNS)


def run(text, name):
    """All of a script but its last line, until a stand-in is asked for what it has not."""
    done.clear()
    sys.modules.update({module: MagicMock() for module in STAND_INS})
    code = compile(text, name, "exec")
    watching.append(name)
    try:
        exec(code, {"__name__": "script"})
    except (TypeError, ValueError):
        pass
    finally:
        watching.pop()
    assert not done, (name, done)


watching = []  # the script that runs


def watch(event, arguments):
    if not watching:
        return
    is_writing = event == "open" and any(mode in str(arguments[1]) for mode in "wax+")
    if is_writing or event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.remove", "socket.connect"):
        done.append((event, str(arguments)[:200]))


if __name__ == "__main__":
    main()
