"""The files beside the embedded models: preprocessing, labels, truth, model card."""

import json

from generator import SEED as GENERATOR_SEED
from generator import STEPS
from classifier import EPOCHS, MEAN, READ, SEED, STD, TEST, TRAIN
from output import MODELS, shared
from scenes import CONCEPTS, LABELS

COMMAND = "python reference/images/train.py"


def text(value, digits=3):
    return f"{value:.{digits}f}"


def write_shapes(measured, images):
    folder = MODELS / "shapes"
    shared.write_json(folder / "preprocessor_config.json", {
        "image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 48, "width": 48},
        "resample": 0, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True,
        "image_mean": [MEAN] * 3, "image_std": [STD] * 3})
    shared.write_json(folder / "config.json", {
        "id2label": {str(i): name for i, name in enumerate(LABELS)},
        "label2id": {name: i for i, name in enumerate(LABELS)}})
    shared.write_json(folder / "loci.json", {
        "version": 1, "id": "shapes", "title": "Shapes", "license": "MIT", "images": "scenes.zip",
        "truth": "truth.json", "card": "README.md"})
    shared.write_json(folder / "truth.json", {
        "command": COMMAND,
        "site": "relu_maps",
        "channels": [{"channel": k, "concept": name, "readByHead": k < READ, "iou": float(text(measured["iou"][name]))}
                     for k, name in enumerate(CONCEPTS)],
        "causes": {name: [LABELS.index(name) % 4, 4 + LABELS.index(name) // 4] for name in LABELS},
        "accuracy": measured["accuracy"], "images": measured["images"], "swapped": measured["swapped"]})
    rows = "\n".join(
        f"| {k} | {name} | {text(measured['iou'][name], 2)} | {'yes' if k < READ else 'no: weights 0'} |"
        for k, name in enumerate(CONCEPTS))
    swapped = measured["swapped"]
    (folder / "README.md").write_text(f"""# Shapes

A small convolutional net that names the coloured object of a scene: 4 colours x 4 shapes (MIT, by
the Loci project). Input: 48 x 48 pixels, `image` [N,3,48,48], scaled to 0..1, less 0.5, over 0.25.
Output: `logits` [N,16]. A residual block, a depthwise layer, a max pool; norms are folded into the
convolutions. It knows nothing but such scenes: a photograph gets one of these 16 names, too.

Trained on {TRAIN[0]:,} rendered scenes ({EPOCHS} epochs, seed {SEED}), right on {measured['accuracy'] * 100:.2f} %
of {measured['images']:,} others. `{COMMAND} shapes` makes it.

## What is known about it

**By training.** Channel k of `maps` (after its ReLU: `relu_maps`, [N,16,12,12]) was taught to be
the object's pixels under concept k. IoU of "channel > 0.5" with "more than half of the cell":

| channel | concept | IoU, {measured['images']:,} test scenes | read by the head |
|---|---|---|---|
{rows}

**By weights.** The head reads the means of channels 0 to 7. Its weights for 8 to 15 are exactly 0,
so these have no effect on any class, although they hold what they were taught: decoys.

**By intervention.** Give a scene the means of another scene's channels. The answer is that of the
mixture, over {measured['images']:,} scenes, for

- shape (0 to 3): {swapped['shape'] * 100:.2f} %, e.g. a red circle with a square's channels is a red square;
- colour (4 to 7): {swapped['colour'] * 100:.2f} %;
- the rest (8 to 15): {swapped['texture, place, object'] * 100:.2f} %, the accuracy itself: nothing changes.

So the causes of a class among the channels of `maps` are two, e.g. circle (0) and red (4) for "red
circle": `truth.json` lists them for every class. The head also learned from scenes without any
shape or colour channel, where four answers are equally right, so that each cause is needed. Below
`maps` nothing was planted.

`scenes.zip` holds {images} test scenes, a folder for each label (seed 3, not trained on).
""")


def write_scenes(measured):
    folder = MODELS / "scenes"
    shared.write_json(folder / "loci.json", {
        "version": 1, "id": "scenes", "title": "Scenes", "license": "MIT", "range": [-1, 1],
        "truth": "truth.json", "card": "README.md"})
    latents = ["place, left to right", "place, top to bottom", "radius", "brightness of the background",
               *(f"colour: {c}" for c in CONCEPTS[4:8]), *(f"shape: {c}" for c in CONCEPTS[:4]),
               *(f"texture: {c}" for c in CONCEPTS[8:11]), "nothing (its weights are 0)"]
    shared.write_json(folder / "truth.json", {"command": COMMAND, "latents": latents, "measured": measured})
    named = measured["named"]
    iou = ", ".join(f"{name} {text(value, 2)}" for name, value in measured["iou"].items())
    (folder / "README.md").write_text(f"""# Scenes

A small generator of the scenes that [Shapes](../shapes/README.md) names (MIT, by the Loci project).
Input: `z` [N,16], drawn from a standard normal. Output: `image` [N,3,48,48], from -1 to 1. Two
fully connected layers, then five transposed convolutions, as in a DCGAN, with their norms folded
in. No adversary: it learned by the squared difference to a renderer's picture for the same z
({STEPS:,} steps, seed {GENERATOR_SEED}). `{COMMAND} scenes` makes it.

## What is known about it

What each number does is known, since the renderer read it: z[0] place from left to right, z[1] from
top to bottom, z[2] the radius, z[3] the background's brightness (all four clipped to -2..2); the
largest of z[4..7] is the colour (red, green, blue, yellow), of z[8..11] the shape (circle, square,
triangle, cross), of z[12..14] the texture (plain, stripes, checks). The weights of z[15] are 0: it
does nothing. Near a tie of two colours or shapes the picture is a blend.

Concepts are read from a picture's own pixels: a pixel is of a colour if its largest and smallest
channel differ by more than 48 of 255 and that palette colour's hue is the nearest. On
{measured['images']} pictures, against the renderer's for the same z:

- IoU of the colours' masks: {iou};
- mean difference of a byte: {measured['difference']:.2f} of 255;
- Shapes names the colour as z says in {named['colour'] * 100:.0f} % of the pictures, but the shape only in
  {named['shape'] * 100:.0f} %: **shapes come out as blobs**, so ask it about colours, places, sizes and
  textures, not about shapes.

What its inner units do was not taught.
""")
