"""Runs the scripts that Loci exports, unchanged, and writes how far their numbers are from Loci's.

    python reference/exports/check.py [NAME ..]        only the results whose name contains one of the words

For each question of questions.py: a document by the command line (float64 reference), its TransformerLens and nnsight
scripts, and each of them in a process of its own. A tiny checkpoint has no tokenizer: it is copied beside a stand-in,
since all three programs want one, though they are given token ids. The documents of tiny-llama are kept in golden/,
beside an abridgement of the scripts (`exportFormats.test.ts`). Writes results.json and the table in docs/export.md; fails if a
difference is above 1e-4. Arrays and activations are read back by check_arrays.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from questions import QUESTIONS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GOLDENS = ROOT / "reference" / "goldens"
RESULTS = HERE / "results.json"
DOCS = ROOT / "docs" / "export.md"
KEPT = HERE / "golden"
BACKENDS = {"transformer-lens": "TransformerLens", "nnsight": "nnsight"}
TOLERANCE = 1e-4
ENVIRONMENT = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def main():
    wanted = sys.argv[1:] or [""]
    failures = []
    with tempfile.TemporaryDirectory() as name:
        for question, (model, spec) in QUESTIONS.items():
            if not any(word in question for word in wanted):
                continue
            try:
                result = check(question, model, spec, Path(name))
            except RuntimeError as error:
                failures.append(question)
                print(question, error, flush=True)
                continue
            print(question, result, flush=True)
            keep(question, result)
            if max(result[backend] for backend in BACKENDS) > TOLERANCE:
                failures.append(question)
    sys.exit(f"Expected every script to agree, {failures} do not" if failures else 0)


def check(question, model, spec, folder):
    """{backend: largest difference, ...} of one question."""
    source = model_folder(model, folder)
    spec_file, document = folder / "spec.json", folder / f"{question.replace('/', '-')}.json"
    spec_file.write_text(json.dumps(spec))
    loci("run", spec_file, "--model", source, "--engine", "reference", "--out", document)
    if model == "tiny-llama":
        KEPT.mkdir(parents=True, exist_ok=True)
        (KEPT / document.name.removeprefix("tiny-llama-")).write_text(without_time(document.read_text()))
    result = {"kind": spec["kind"], "model": model}
    for backend in BACKENDS:
        script = folder / "script.py"
        loci("export", document, "--as", backend, "--out", script)
        began = time.time()
        ran = subprocess.run([sys.executable, script, source], capture_output=True, text=True, env=ENVIRONMENT, check=False)
        lines = dict(line.split(": ", 1) for line in ran.stdout.splitlines() if ": " in line)
        if "all figures" not in lines:
            raise RuntimeError(f"{question}: expected the {backend} script to end, got\n{ran.stdout}\n{ran.stderr}")
        largest = float(lines.pop("all figures").split(",")[0])
        if (ran.returncode == 0) != (largest <= TOLERANCE):
            raise RuntimeError(f"{question}: expected the exit code to say whether it agrees, got {ran.returncode}")
        result |= {backend: largest, "figures": len(lines), f"{backend} seconds": round(time.time() - began)}
    return result


def loci(*arguments):
    command = ["node", ROOT / "scripts" / "loci.mjs", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise RuntimeError(f"Expected the command line to succeed, got {ran.stderr}")


def model_folder(model, folder):
    if model == "atlas":
        return ROOT / "public" / "models" / "atlas"
    copy = folder / model
    if not copy.exists():
        shutil.copytree(GOLDENS / model, copy)
        size = json.loads((copy / "config.json").read_text())["vocab_size"]
        words = {f"t{token}": token for token in range(size)}
        tokenizer = Tokenizer(models.BPE(words, merges=[]))
        tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(), decoders.ByteLevel()
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="t0", eos_token="t0", pad_token="t0"
                                ).save_pretrained(copy)
    return copy


def without_time(text):
    """The same bytes every time: a document without when and how fast it was made."""
    text = re.sub(r'"time": "[^"]*"', '"time": "2026-01-01T00:00:00.000Z"', text)
    return re.sub(r'"seconds": [\d.]+', '"seconds": 0', text)


def keep(question, result):
    """Puts one result among those that are kept, in the order of the questions, and into the page's table."""
    kept = json.loads(RESULTS.read_text())["results"] if RESULTS.exists() else {}
    results = {name: (kept | {question: result})[name] for name in QUESTIONS if name in kept or name == question}
    packages = {name: version(name) for name in ("transformer-lens", "nnsight", "transformers", "torch", "numpy")}
    document = {"version": 1, "command": "python reference/exports/check.py", **packages, "tolerance": TOLERANCE,
                "results": results}
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")
    rows = ["| result | figures | TransformerLens | nnsight |", "|---|---|---|---|"]
    for question, result in results.items():
        rows.append(f"| {question} | {result['figures']} | " + " | ".join(f"{result[b]:.1e}" for b in BACKENDS) + " |")
    table = "\n".join(rows)
    text = DOCS.read_text()
    DOCS.write_text(re.sub(r"(<!-- table -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}{table}\n{m[2]}", text, flags=re.S))


if __name__ == "__main__":
    main()
