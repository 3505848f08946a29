"""LeNet in PyTorch, trained on scikit-learn's digits.

8 x 8 digits with values 0 to 16, every pixel repeated 4 x 4 times, / 16: [1, 32, 32]. 40 % train, 60 % are held out.
Weights are rounded to float16 after training; what is measured, is measured with the rounded ones.
"""

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED, EPOCHS, BATCH, RATE, DECAY = 1, 60, 32, 1e-3, 1e-3


def split():
    """(images [n, 64] with values 0 to 16, labels [n]) to train on, and the same held out."""
    data = load_digits()
    train, test, train_labels, test_labels = train_test_split(
        data.data.astype(np.int64), data.target, train_size=0.4, random_state=SEED, stratify=data.target)
    return (train, train_labels), (test, test_labels)


def inputs(images, dtype=torch.float64):
    """[n, 64] -> [n, 1, 32, 32]."""
    planes = torch.from_numpy(np.asarray(images)).to(dtype).reshape(-1, 1, 8, 8) / 16
    return planes.repeat_interleave(4, 2).repeat_interleave(4, 3)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.fc1(x.flatten(1)))
        return self.fc3(torch.relu(self.fc2(x)))


def train():
    """A LeNet in float64 whose weights are float16 numbers."""
    (images, labels), _ = split()
    torch.manual_seed(SEED)
    net, x, y = LeNet(), inputs(images, torch.float32), torch.from_numpy(labels)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimizer.step()
    return net.half().double().eval().requires_grad_(False)


def accuracy(net, images, labels):
    return (net(inputs(images)).argmax(1).numpy() == labels).mean()
