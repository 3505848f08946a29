"""The scenes' classifier: its net, and its training, which says what each channel of `maps` means.

Truth by training: channel k of `maps` learns to be the pixels of concept k (`scenes.CONCEPTS`), so
what it stands for is known and measured (IoU). Truth by weights: the head reads the eight channels
of shape and colour alone; its weights for textures, places and `object` are 0, so these channels
have no effect on any class, exactly.
"""

from collections import OrderedDict

import numpy as np
import torch
from scenes import CONCEPTS, LABELS, concepts, render, scenes
from torch import nn

SEED, EPOCHS, BATCH, RATE = 11, 14, 64, 3e-3
HEAD_EPOCHS, HEAD_RATE = 40, 1e-2
TRAIN, TEST = (6400, 1), (1600, 2)  # scenes and seed
MEAN, STD = 0.5, 0.25
READ = 8  # channels that the head reads


class Block(nn.Module):
    """conv, norm, relu."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return torch.relu(self.norm(self.conv(x)))


class Classifier(nn.Module):
    """[N,3,48,48] -> logits [N,16]. A residual block, a depthwise layer, one max pool, one mean."""

    def __init__(self):
        super().__init__()
        self.conv1 = Block(3, 12, 5)
        self.conv2 = Block(12, 24, 3, stride=2)
        self.conv3a, self.conv3b = Block(24, 24, 3), Block(24, 24, 3)
        self.conv4 = Block(24, 32, 3)
        self.conv5 = Block(32, 32, 5, groups=32)
        self.maps = nn.Conv2d(32, len(CONCEPTS), 1)
        self.hidden = nn.Linear(len(CONCEPTS), 24)
        self.logits = nn.Linear(24, len(LABELS))
        self.register_buffer("reads", torch.arange(len(CONCEPTS)) < READ)

    def concept_maps(self, x):
        """Before the ReLU: [N,16,12,12]."""
        x = self.conv2(torch.max_pool2d(self.conv1(x), 2))
        x = torch.relu(x + self.conv3b.norm(self.conv3b.conv(self.conv3a(x))))
        return self.maps(self.conv5(self.conv4(x)))

    def head(self, pooled):
        weight = self.hidden.weight * self.reads
        return self.logits(torch.relu(nn.functional.linear(pooled, weight, self.hidden.bias)))

    def forward(self, x):
        return self.head(torch.relu(self.concept_maps(x)).mean((2, 3)))


def inputs(pictures):
    """bytes [N,S,S,3] -> normalised [N,3,S,S]."""
    values = torch.from_numpy(np.asarray(pictures)).float().permute(0, 3, 1, 2) / 255
    return (values - MEAN) / STD


def dataset(count, seed):
    drawn = scenes(count, seed)
    pictures = np.stack([render(s) for s in drawn])
    masks = torch.from_numpy(np.stack([concepts(s) for s in drawn])).float()
    shares = nn.functional.avg_pool2d(masks, 4)  # the share of each map cell that the concept fills
    return pictures, torch.tensor([s.label for s in drawn]), shares


def map_loss(before, shares):
    """A filled cell should be its share, an empty one at most 0 before the ReLU."""
    filled = shares > 0
    wrong = torch.where(filled, before - shares, torch.relu(before + 0.1))
    # Filled cells are few: both kinds weigh alike.
    return (wrong[filled] ** 2).mean() + (wrong[~filled] ** 2).mean()


def train_maps(net, pictures, shares, log):
    """Teaches the channels of `maps` their concepts. Labels play no part."""
    x = inputs(pictures)
    steps = EPOCHS * (len(x) // BATCH)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(x))[: steps // EPOCHS * BATCH].split(BATCH):
            noisy = x[batch] + 0.1 * torch.rand(len(batch), 1, 1, 1) * torch.randn_like(x[batch])
            loss = map_loss(net.concept_maps(noisy), shares[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        log(f"epoch {epoch}: difference of maps {loss.item():.4f}")


def counterfactuals(pooled, labels):
    """The scenes; the same with other scenes' shape channels and the label that this makes; and the
    same without any shape, or any colour, for which four labels are equally right.

    So every channel that the head reads is a cause: a class without its channel is no longer sure.
    """
    other = torch.randperm(len(labels))
    swapped = torch.cat([pooled[other, :4], pooled[:, 4:]], 1)
    without = [pooled.clone(), pooled.clone()]
    without[0][:, :4], without[1][:, 4:8] = 0, 0
    exact = torch.eye(16)
    sure = [exact[labels], exact[labels // 4 * 4 + labels[other] % 4]]
    grid = exact[labels].view(-1, 4, 4)
    unsure = [grid.mean(2, keepdim=True).expand(-1, 4, 4), grid.mean(1, keepdim=True).expand(-1, 4, 4)]
    return torch.cat([pooled, swapped, *without]), torch.cat([*sure, *(t.reshape(-1, 16) for t in unsure)])


def train_head(net, pictures, labels, log):
    """Teaches the head to name scenes from the means of the channels, which stay as they are."""
    with torch.no_grad():
        pooled = torch.cat([torch.relu(net.concept_maps(part)).mean((2, 3)) for part in inputs(pictures).split(400)])
    optimizer = torch.optim.Adam([*net.hidden.parameters(), *net.logits.parameters()], lr=HEAD_RATE)
    steps = HEAD_EPOCHS * (len(pooled) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, HEAD_RATE, total_steps=steps)
    for epoch in range(HEAD_EPOCHS):
        for batch in torch.randperm(len(pooled))[: len(pooled) // BATCH * BATCH].split(BATCH):
            rows, targets = counterfactuals(pooled[batch], labels[batch])
            loss = nn.functional.cross_entropy(net.head(rows), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    log(f"head: loss {loss.item():.4f}")


def train(log=print):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    net = Classifier()
    pictures, labels, shares = dataset(*TRAIN)
    train_maps(net, pictures, shares, log)
    net.eval()
    train_head(net, pictures, labels, log)
    return net


def folded(net):
    """The net with its norms folded into the convolutions, as exporters do, and the head's zeros
    written out: {name: float32 weight and bias}, computed in float64."""
    weights = OrderedDict()
    for name in ("conv1", "conv2", "conv3a", "conv3b", "conv4", "conv5"):
        block = getattr(net, name)
        norm = block.norm
        scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        weights[f"{name}.weight"] = block.conv.weight.double() * scale[:, None, None, None]
        weights[f"{name}.bias"] = norm.bias.double() - norm.running_mean.double() * scale
    for name in ("maps", "hidden", "logits"):
        layer = getattr(net, name)
        weights[f"{name}.weight"], weights[f"{name}.bias"] = layer.weight, layer.bias
    weights["hidden.weight"] = weights["hidden.weight"] * net.reads
    return OrderedDict((name, value.detach().float()) for name, value in weights.items())


def evaluate(logits, labels):
    return (logits.argmax(1) == labels).double().mean().item()

