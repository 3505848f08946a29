"""Writing a transformer by hand: named ranges of the residual stream, and heads and neurons that read and write them.

Weights are float64 arrays until they are stored (float32; every number here is exact in it). Letters: D width, H heads,
K head width, M MLP width, V vocabulary.
"""

from dataclasses import dataclass

import numpy as np


class Stream:
    """Named, disjoint ranges of the residual stream's columns."""

    def __init__(self, **widths):
        self.ranges, first = {}, 0
        for name, width in widths.items():
            self.ranges[name] = range(first, first + width)
            first += width
        self.width = first

    def __getitem__(self, name):
        return self.ranges[name]

    def names_of(self, columns):
        """The names of the ranges that some of these columns belong to, in order."""
        return [name for name, columns_of in self.ranges.items() if set(columns_of) & set(columns)]


@dataclass(frozen=True)
class Sizes:
    layers: int
    heads: int
    d_head: int
    d_mlp: int  # 0: attention-only
    positions: int
    vocabulary: int
    causal: bool = True


class Planted:
    """All weights of a model, zero at first. Matrices are [out, in], as Hugging Face's Linear has them."""

    def __init__(self, stream, sizes):
        self.stream, self.sizes = stream, sizes
        D, width = stream.width, sizes.heads * sizes.d_head
        self.tensors = {"embed.weight": np.zeros((sizes.vocabulary, D)), "pos_embed.weight": np.zeros((sizes.positions, D)),
                        "unembed.weight": np.zeros((sizes.vocabulary, D))}
        for layer in range(sizes.layers):
            at = f"blocks.{layer}."
            for branch in "qkv":
                self.tensors |= {f"{at}attn.{branch}.weight": np.zeros((width, D)), f"{at}attn.{branch}.bias": np.zeros(width)}
            self.tensors[f"{at}attn.o.weight"] = np.zeros((D, width))
            if sizes.d_mlp:
                self.tensors |= {f"{at}mlp.in.weight": np.zeros((sizes.d_mlp, D)), f"{at}mlp.in.bias": np.zeros(sizes.d_mlp),
                                 f"{at}mlp.out.weight": np.zeros((D, sizes.d_mlp)), f"{at}mlp.out.bias": np.zeros(D)}

    def embed(self, token, *columns):
        self.tensors["embed.weight"][token, list(columns)] = 1

    def say(self, token, column, logit):
        """`column` at 1 gives `token` this logit."""
        self.tensors["unembed.weight"][token, column] = logit

    def position_one_hot(self, columns):
        for t, column in enumerate(columns):
            self.tensors["pos_embed.weight"][t, column] = 1

    def head(self, layer, head):
        return Head(self, layer, head)

    def neuron(self, layer, neuron, reads, bias, writes):
        """relu(sum of reads[column] x + bias), then writes[column] of it onto each column."""
        at = f"blocks.{layer}.mlp."
        for column, weight in reads.items():
            self.tensors[f"{at}in.weight"][neuron, column] = weight
        self.tensors[f"{at}in.bias"][neuron] = bias
        for column, weight in writes.items():
            self.tensors[f"{at}out.weight"][column, neuron] = weight


class Head:
    """One head's rows of the matrices."""

    def __init__(self, model, layer, head):
        self.tensors, self.at = model.tensors, f"blocks.{layer}.attn."
        self.rows = range(head * model.sizes.d_head, (head + 1) * model.sizes.d_head)

    def seek(self, channel, query=(), key=(), weight=0, bias=0):
        """Channel of the score: (weight * sum of the query's columns + bias) * (sum of the key's columns)."""
        row = self.rows[channel]
        for column in query:
            self.tensors[f"{self.at}q.weight"][row, column] = weight
        self.tensors[f"{self.at}q.bias"][row] = bias
        for column in key:
            self.tensors[f"{self.at}k.weight"][row, column] = 1
        return self

    def seek_same(self, queries, keys, weight, first=0):
        """Channels first, first + 1, ...: weight where the i-th query column meets the i-th key column."""
        for i, (query, key) in enumerate(zip(queries, keys, strict=True)):
            for one in query if isinstance(query, tuple) else (query,):
                self.seek(first + i, (one,), (key,), weight)
        return self

    def copy(self, sources, targets, writes=True):
        """What lies in the source columns at the attended position arrives in the target columns."""
        for i, (source, target) in enumerate(zip(sources, targets, strict=True)):
            self.tensors[f"{self.at}v.weight"][self.rows[i], source] = 1
            if writes:
                self.tensors[f"{self.at}o.weight"][target, self.rows[i]] = 1
        return self
