"""Makes the planted models, their truth, their task sets and their goldens: `python reference/planted/make.py`.

Nothing is trained and nothing is drawn but the weights of the two tiny checkpoints, from fixed seeds: the same versions
give the same bytes. About three minutes.
"""

import torch

import backup
import circuit
import inverse_permutation as inverse
import edges  # noqa: F401  first of those that need the goldens' modules on the path
from files import COMMAND, MODELS, SETS, sigma_card, write_checkpoint, write_json
from goldens import write_goldens
from tiny import write_tiny
from truth import cases_of, task_truth
from zoo import BOS, ID, NAMES, chain_set, induction_set, recall_set, tokenizer_json, tokens_of

TOKENIZER_CONFIG = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": circuit.POSITIONS,
                    "add_prefix_space": True, "add_bos_token": False, "bos_token": BOS, "unk_token": "<unk>",
                    "clean_up_tokenization_spaces": False}
TASKS = {"chain": chain_set, "recall": recall_set, "induction": induction_set}
MAIN = "chain"


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    write_planted()
    write_backup()
    write_inverse()
    write_tiny()


def write_planted():
    model = circuit.planted()
    folder = MODELS / "planted"
    write_checkpoint(folder, model, ID[BOS])
    write_vocabulary(folder)
    write_json(folder / "loci.json", card("planted", "Planted circuit", model))
    write_json(folder / "facts.json", facts())
    rows = {task: make() for task, make in TASKS.items()}
    for task, of_task in rows.items():
        write_json(SETS / f"planted-{task}.json", of_task)
    tasks = {task: {"set": f"planted-{task}", **task_truth(model, cases_of(of_task, tokens_of, ID))}
             for task, of_task in rows.items()}
    write_json(folder / "truth.json", {
        "version": 1, "command": COMMAND, "model": "planted",
        "planted": [{"node": node, "what": what} for node, what in circuit.PLANTED.items()],
        "decoys": [{"node": node, "why": why} for node, why in circuit.DECOYS.items()],
        "composed": edges.composed_edges(model),
        **tasks[MAIN], "tasks": {task: found for task, found in tasks.items() if task != MAIN}})
    write_goldens("planted", model, {task: tokens_of(of_task[0]["prompt"]) for task, of_task in rows.items()})


def write_backup():
    model = backup.backup()
    folder = MODELS / "backup"
    write_checkpoint(folder, model, ID[BOS])
    write_vocabulary(folder)
    write_json(folder / "loci.json", card("backup", "Backup head", model))
    table = facts()
    write_json(folder / "facts.json", table | {
        "relations": {"visits": table["relations"]["visits"]},
        "facts": [fact for fact in table["facts"] if fact["relation"] == "visits"]})
    cases = cases_of(recall_set(), tokens_of, ID)
    found = task_truth(model, cases)
    without = task_truth(backup.backup(primary=False), cases)
    for what, expected, ours in (("edges", backup.EXPECTED, found["edges"]), ("nodes", backup.NODES, found["nodes"]),
                                 ("edges without a1.h0", backup.WITHOUT_PRIMARY, without["edges"]["zero"])):
        if expected != ours:
            raise ValueError(f"Expected the {what} {expected}, found {ours}")
    composed = edges.composed_edges(model)
    write_json(folder / "truth.json", {
        "version": 1, "command": COMMAND, "model": "backup",
        "planted": [{"node": node, "what": what} for node, what in backup.PLANTED.items()],
        "decoys": [{"node": node, "why": why} for node, why in backup.DECOYS.items()],
        "composed": composed, "set": "planted-recall", **found,
        "missed": {name: [edge for edge in composed if edge not in edges_of] for name, edges_of in found["edges"].items()},
        "pair": backup.PAIR, "withoutPrimary": {"out": "a1.h0", "zero": without["edges"]["zero"]},
        "predictions": backup.PREDICTIONS})
    prompt = recall_set()[0]["prompt"]
    write_goldens("backup", model, {"recall": tokens_of(prompt)})


def write_inverse():
    model = inverse.inverse_permutation()
    folder = MODELS / "inverse-permutation"
    write_checkpoint(folder, model)
    write_json(folder / "tokenizer.json", inverse.tokenizer_json())
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG | {
        "model_max_length": model.sizes.positions, "bos_token": None, "unk_token": inverse.UNKNOWN})
    digits = [inverse.ID[str(digit + 1)] for digit in range(inverse.N)]
    write_json(folder / "loci.json", {
        "version": 1, "id": "inverse-permutation", "title": "Inverse permutation", "license": "MIT", "bos": False,
        "sigma": sigma_card(model, digits, "the five digits"), "facts": "facts.json", "card": "README.md"})
    rows = inverse.inverse_set()
    write_json(SETS / "inverse-permutation.json", rows)
    parts = [(row, row["prompt"][: 2 * inverse.N - 1], row["prompt"][2 * inverse.N :]) for row in rows]
    letters = sorted({after for _row, _digits, after in parts})
    write_json(folder / "facts.json", {
        "version": 1, "license": "MIT",
        "relations": {"inverse": {"title": "permutation → letter", "hops": 2,
                                  "templates": [f"{{subject}} {after}" for after in letters]}},
        "facts": [{"relation": "inverse", "subject": digits_of, "answer": row["answer"], "distractor": row["distractor"],
                   "templates": [letters.index(after)], "known": [letters.index(after)]}
                  for row, digits_of, after in parts]})
    write_json(folder / "truth.json", {
        "version": 1, "command": COMMAND, "model": "inverse-permutation",
        "planted": [{"node": node, "what": what} for node, what in inverse.PLANTED.items()], "decoys": [],
        "composed": edges.composed_edges(model), "set": "inverse-permutation",
        **task_truth(model, cases_of(rows, inverse.tokens_of, inverse.ID))})
    prompt = rows[1]["prompt"]
    scratch = f"{prompt} {' '.join([inverse.SCRATCH] * inverse.N)}"
    write_goldens("inverse-permutation", model,
                  {"rows": inverse.tokens_of(prompt), "scratch": inverse.tokens_of(scratch)})


def write_vocabulary(folder):
    write_json(folder / "tokenizer.json", tokenizer_json())
    write_json(folder / "tokenizer_config.json", TOKENIZER_CONFIG)


def card(name, title, model):
    return {"version": 1, "id": name, "title": title, "license": "MIT", "bos": True, "bosToken": BOS,
            "sigma": sigma_card(model, [ID[name] for name in NAMES], "the six names"), "facts": "facts.json",
            "card": "README.md"}


def facts():
    """The fact table: recall, and the same question after a timetable, which turns it into a question of when."""
    recall, chain = {}, {}
    for row in recall_set():
        recall.setdefault(row["subject"], row)
    for row in chain_set():
        chain.setdefault(row["subject"], row)
    templates = sorted({row["prompt"].replace(subject, "{subject}") for subject, row in chain.items()})
    fact = lambda relation, row, template: {
        "relation": relation, "subject": row["subject"], "answer": row["answer"], "distractor": row["distractor"],
        "templates": [template], "known": [template]}
    return {
        "version": 1, "license": "MIT",
        "note": "templates: the timetables that have the subject's animal; known: those that the model answers",
        "relations": {
            "visits": {"title": "name → animal", "hops": 1, "templates": ["{subject} visits"]},
            "timetable": {"title": "name → animal → day", "hops": 2, "templates": templates}},
        "facts": [*(fact("visits", row, 0) for row in recall.values()),
                  *(fact("timetable", row, templates.index(row["prompt"].replace(subject, "{subject}")))
                    for subject, row in chain.items())]}


if __name__ == "__main__":
    main()
