"""Reads back what Loci exports of a causal graph, with other programs' means.

    python reference/exports/check_graphs.py SCHEMA

SCHEMA is graph-schema.json of github.com/hijohnnylin/neuronpedia, which the Neuronpedia file is validated against. The
graph is specs/graph-planted-exhaustive.json on the planted model (float64 reference), whose true edges are in
public/models/planted/truth.json. EAP-IG's file must have exactly the edges that its Graph.from_json looks up by name, and
keep the true ones. pydot must find the true edges in the picture. Prints what it compared. Needs jsonschema and pydot.
"""

import json
import sys
import tempfile
from pathlib import Path

import jsonschema
import pydot

from check import ROOT, loci

TRUTH = ROOT / "public" / "models" / "planted" / "truth.json"
SPEC = ROOT / "specs" / "graph-planted-exhaustive.json"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    schema = json.loads(Path(sys.argv[1]).read_text())
    true = set(json.loads(TRUTH.read_text())["edges"]["corrupted"])
    with tempfile.TemporaryDirectory() as name:
        files = export(Path(name))
    document = json.loads(files["json"])
    scores = {f"{edge['from']}->{edge['to']}": edge["score"] for edge in document["graph"]["edges"]}
    check_eap(json.loads(files["eap-ig"]), scores, true)
    check_neuronpedia(json.loads(files["neuronpedia"]), schema, scores, true)
    check_dot(files["dot"], true)


def export(folder):
    """The document and its exports, as text."""
    document = folder / "graph.json"
    loci("run", SPEC, "--engine", "reference", "--out", document)
    files = {"json": document.read_text()}
    for form in ("eap-ig", "neuronpedia", "dot"):
        loci("export", document, "--as", form, "--out", folder / form)
        files[form] = (folder / form).read_text()
    return files


def check_eap(file, scores, true):
    cfg = file["cfg"]
    heads, written, expected = cfg["n_heads"], ["input"], set()
    assert not cfg["parallel_attn_mlp"]
    for layer in range(cfg["n_layers"]):
        block = [f"a{layer}.h{head}" for head in range(heads)]
        expected |= {f"{sender}->{head}<{x}>" for sender in written for head in block for x in "qkv"}
        written += block
        expected |= {f"{sender}->m{layer}" for sender in written}
        written.append(f"m{layer}")
    expected |= {f"{sender}->logits" for sender in written}
    assert set(file["edges"]) == expected
    assert list(file["nodes"]) == [*written, "logits"]
    assert {name: edge["score"] for name, edge in file["edges"].items()} == scores
    assert {name for name, edge in file["edges"].items() if edge["in_graph"]} == true
    print(f"EAP-IG: {len(expected)} edges by name, scores equal, {len(true)} in the graph")


def check_neuronpedia(file, schema, scores, true):
    jsonschema.Draft7Validator(schema).validate(file)
    ids = [node["node_id"] for node in file["nodes"]]
    ends = {link[end] for link in file["links"] for end in ("source", "target")}
    assert len(set(ids)) == len(ids) and ends == set(ids)
    assert len({(link["source"], link["target"]) for link in file["links"]}) == len(file["links"])
    total = sum(link["weight"] for link in file["links"])
    assert abs(total - sum(scores.values())) < 1e-9
    kept = sum(edge["kept"] for link in file["links"] for edge in link["edges"])
    assert kept == len(true)
    print(f"Neuronpedia: valid; {len(ids)} nodes, {len(file['links'])} links, {kept} edges kept")


def check_dot(text, true):
    (picture,) = pydot.graph_from_dot_data(text)
    drawn = sorted((edge.get_source().strip('"'), edge.get_destination().strip('"')) for edge in picture.get_edges())
    assert drawn == sorted(tuple(name.split("<")[0].split("->")) for name in true), drawn
    print(f"Graphviz: {len(drawn)} edges drawn")


if __name__ == "__main__":
    main()
