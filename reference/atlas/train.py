"""Train Atlas: one seeded run on two CPU threads, resumable from its last checkpoint.

A window is 64 tokens [T]: whole passages, each opened by the separator (id 0), the rest padding without loss.
A step takes 48 windows [B, T]; AdamW 1.5e-3, 100 steps of warm-up, cosine to 2 %.
"""
import json
import math
import random
import time
from collections import deque
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F
from transformers import GPT2Config, GPT2LMHeadModel

import corpus
import tokenizer as atlas_tokenizer

RUNS = Path(__file__).parent / "runs"
SEED = 3
T, B, STEPS, WARMUP = 64, 48, 3000, 100
LR, FINAL_LR, WEIGHT_DECAY = 1.5e-3, 0.02, 0.1
SAVE_EVERY = 250
PACK_LOOKAHEAD = 48


def config(vocab_size):
    """The tanh GELU here is the same function as `gelu_new`, fused; the exported config says gelu_new."""
    return GPT2Config(
        vocab_size=vocab_size, n_positions=T, n_embd=128, n_layer=6, n_head=4, layer_norm_epsilon=1e-5,
        activation_function="gelu_pytorch_tanh", attn_implementation="sdpa", bos_token_id=0, eos_token_id=0,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, use_cache=False,
    )


def pack(rows):
    """Lists of token ids -> windows int16 [N, T]; -1 pads. Each window takes what fits from the next passages."""
    todo, windows = deque(rows), []
    while todo:
        window, skipped = [], []
        while todo and len(skipped) < PACK_LOOKAHEAD and len(window) < T - 8:
            row = todo.popleft()
            if len(window) + len(row) <= T:
                window += row
            else:
                skipped.append(row)
        todo.extendleft(reversed(skipped))
        windows.append(window + [-1] * (T - len(window)))
    return np.array(windows, dtype=np.int16)


def dataset(tok):
    """Windows for every step: int16 [STEPS * B, T], in the order of the seeded generator."""
    rng = random.Random(corpus.CORPUS_SEED)
    out, have = [], 0
    while have < STEPS * B:
        encoded = tok.encode_batch(corpus.passages(rng, 40_000))
        out.append(pack([[0] + e.ids for e in encoded]))
        have += len(out[-1])
    return np.concatenate(out)[: STEPS * B]


def learning_rate(step):
    if step < WARMUP:
        return LR * (step + 1) / WARMUP
    progress = (step - WARMUP) / (STEPS - WARMUP)
    return LR * (FINAL_LR + (1 - FINAL_LR) * 0.5 * (1 + math.cos(math.pi * progress)))


def loss_on(model, batch):
    """Mean cross-entropy over real tokens; batch int64 [B, T], -1 pads."""
    logits = model(input_ids=batch.clamp(min=0)).logits[:, :-1]
    target = batch[:, 1:]
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target.reshape(-1), ignore_index=-1)


def optimizer_for(model):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=LR, betas=(0.9, 0.98), fused=True)


def train():
    """Returns the trained model; runs/ holds the checkpoint, the tokenizer and log.jsonl."""
    torch.set_num_threads(2)
    torch.manual_seed(SEED)
    RUNS.mkdir(exist_ok=True)
    tok = atlas_tokenizer.build()
    atlas_tokenizer.save(tok, RUNS)
    windows = dataset(tok)
    model = GPT2LMHeadModel(config(tok.get_vocab_size()))
    optimizer = optimizer_for(model)
    checkpoint, step, seconds, tokens = RUNS / "checkpoint.pt", 0, 0.0, 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, seconds, tokens = saved["step"], saved["seconds"], saved["tokens"]
    start = time.time() - seconds
    log = open(RUNS / "log.jsonl", "a", buffering=1)
    while step < STEPS:
        batch = torch.from_numpy(windows[step * B : (step + 1) * B].astype(np.int64))
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        loss = loss_on(model, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        tokens += int((batch >= 0).sum())
        if step % 50 == 0:
            line = {"step": step, "loss": round(loss.item(), 4), "tokens": tokens, "seconds": round(time.time() - start)}
            print(json.dumps(line), file=log)
        if step % SAVE_EVERY == 0 or step == STEPS:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step,
                     "seconds": time.time() - start, "tokens": tokens}
            torch.save(state, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)
    return model


if __name__ == "__main__":
    train()
