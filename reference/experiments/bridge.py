"""TransformerLens's bridge of a checkpoint: weights raw, token ids given, no BOS added."""

import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from setup import folder_of  # first, because it keeps the hub off line

import torch
from tokenizers import Tokenizer, models
from transformer_lens.model_bridge import TransformerBridge
from transformers import PreTrainedTokenizerFast

VERSION = version("transformer-lens")


def open_bridge(name, *switches, raw=False, no_processing=True, **processing):
    """`switches`: methods such as set_use_attn_result, for sites that exist only on demand; `processing`: what is
    done to the weights where they are not raw. The bridge wants a tokenizer, though it is given token ids: a stand-in,
    in a copy of the folder. `raw`: the bridge's own sites and weights, which a Jacobian lens wants."""
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(parent) / folder_of(name).name
        shutil.copytree(folder_of(name), copy)
        PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<s>", eos_token="</s>",
                                pad_token="</s>").save_pretrained(copy)
        bridge = TransformerBridge.boot_transformers(str(copy), dtype=torch.float32, device="cpu")
    if not raw:
        bridge.enable_compatibility_mode(no_processing=no_processing, **processing)
    for switch in switches:
        getattr(bridge, switch)(True)
    return bridge.eval()
