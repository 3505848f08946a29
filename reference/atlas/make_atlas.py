"""Everything, in order: check the corpus, train, export, evaluate, trace, examples, model card.

    pip install -r reference/requirements.txt
    python reference/atlas/make_atlas.py

A killed run goes on from runs/checkpoint.pt; delete runs/ to start afresh.
"""
import card
import check_heldout
import evaluate
import examples
import export
import trace_roles
import train

if __name__ == "__main__":
    check_heldout.main()
    export.export(train.train().state_dict())
    evaluate.main()
    trace_roles.main()
    examples.main()
    card.main()
