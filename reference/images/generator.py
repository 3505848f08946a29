"""The scenes' generator: 16 numbers -> a picture, a DCGAN's layers trained on rendered scenes.

Truth by training: the numbers z ~ N(0, 1) say what is rendered (`scene_of`), so what each of them
does is known. z[15] is not read: its weights are 0. Like a DCGAN, it gives values from -1 to 1.
"""

from collections import OrderedDict

import numpy as np
import torch
from scenes import SIZE, Scene, render
from torch import nn

LATENT, READ = 16, 15
SEED, STEPS, BATCH, RATE = 12, 6000, 32, 3e-3
WIDE = 128
WIDTHS = (112, 72, 48, 24)
LIMITS = (-2.0, 2.0)


def scene_of(z):
    """What the numbers mean. z[0] place across, z[1] place down, z[2] radius, z[3] grey; the largest
    of z[4:8] is the colour, of z[8:12] the shape, of z[12:15] the texture. z[15]: nothing."""
    share = (np.clip(z[:4], *LIMITS) - LIMITS[0]) / (LIMITS[1] - LIMITS[0])
    radius = 9 + 4 * share[2]
    low, span = 14.0, SIZE - 28.0
    return Scene(
        shape=int(np.argmax(z[8:12])), colour=int(np.argmax(z[4:8])), texture=int(np.argmax(z[12:15])),
        x=low + span * share[0], y=low + span * share[1], radius=radius, grey=int(60 + 130 * share[3]),
        jitter=(0, 0, 0), decoy=())


class Generator(nn.Module):
    """[N,16] -> [N,3,48,48]"""

    def __init__(self):
        super().__init__()
        self.map1, self.map2 = nn.Linear(LATENT, WIDE), nn.Linear(WIDE, WIDE)
        sizes = (WIDE, *WIDTHS)
        self.ups = nn.ModuleList(
            nn.ConvTranspose2d(a, b, 3 if i == 0 else 4, 1 if i == 0 else 2, 0 if i == 0 else 1, bias=False)
            for i, (a, b) in enumerate(zip(sizes, sizes[1:])))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in WIDTHS)
        self.last = nn.ConvTranspose2d(WIDTHS[-1], 3, 4, 2, 1)
        self.register_buffer("reads", (torch.arange(LATENT) < READ).float())

    def forward(self, z):
        x = torch.relu(self.map2(torch.relu(self.map1(z * self.reads))))[:, :, None, None]
        for up, norm in zip(self.ups, self.norms):
            x = torch.relu(norm(up(x)))
        return torch.tanh(self.last(x))


def batch_of(rng, count):
    z = rng.standard_normal((count, LATENT))
    pictures = np.stack([render(scene_of(row)) for row in z])
    return torch.from_numpy(z).float(), torch.from_numpy(pictures).float().permute(0, 3, 1, 2) / 127.5 - 1


def difference(made, pictures):
    """Mean squared difference; a pixel of the object, which are few, counts five times."""
    coloured = pictures.amax(1, keepdim=True) - pictures.amin(1, keepdim=True) > 0.1
    return ((made - pictures) ** 2 * (1 + 4 * coloured)).mean()


def train(log=print):
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    net, rng = Generator(), np.random.RandomState(SEED)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    for step in range(STEPS):
        z, pictures = batch_of(rng, BATCH)
        loss = difference(net(z), pictures)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 250 == 249:
            log(f"step {step + 1}: difference {loss.item():.4f}")
    return net.eval()


def folded(net):
    """Norms folded into the transposed convolutions, in float64; z[15]'s weights written as 0."""
    weights = OrderedDict()
    weights["map1.weight"], weights["map1.bias"] = net.map1.weight * net.reads, net.map1.bias
    weights["map2.weight"], weights["map2.bias"] = net.map2.weight, net.map2.bias
    for i, (up, norm) in enumerate(zip(net.ups, net.norms)):
        scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
        weights[f"up{i + 1}.weight"] = up.weight.double() * scale[None, :, None, None]
        weights[f"up{i + 1}.bias"] = norm.bias.double() - norm.running_mean.double() * scale
    weights["rgb.weight"], weights["rgb.bias"] = net.last.weight, net.last.bias
    return OrderedDict((name, value.detach().float()) for name, value in weights.items())

