"""Trains the plate reader and writes `reader.onnx` with its SHA-256.

    python train_reader.py --data ../../../../shared/data [--steps N] [--seed 1] [--fold 0|1|all] [--work FOLDER] [--out FOLDER] [--export-only]

One process, one thread, seeded; a checkpoint every 100 steps holds everything, the dice included, and a run started
again with the same `--work` goes on from it. The weights given out are the running mean of those trained.
"""

import itertools
import json
import os

import numpy as np
import torch
import torch.nn.functional as F

import real
import render
from alphabet import HIDDEN, LETTERS, PROVINCES, encode, greedy
from net import STEPS, Reader
from training import Training, arguments

BATCH = 64
LABEL_FROM, LABEL_EVERY = 1600, 400


def normalise(pictures):
    """Zero mean, unit deviation per picture: what the Rust side does too."""
    x = np.stack(pictures).astype(np.float32)
    mean = x.mean((1, 2), keepdims=True)
    std = x.std((1, 2), keepdims=True)
    return torch.from_numpy((x - mean) / (std + 4.0))[:, None]


def batch(rng, glyphs, train, labelled, empty, judged, share):
    """Pictures and texts: rendered ones, `share` of real ones (a third of them self-labelled, once there are such),
    and decoys with an empty text."""
    pictures, texts = [], []
    for _ in range(BATCH):
        x = rng.random()
        if x < 0.08:
            y = rng.random()
            if y < 0.35:
                pictures.append(real.piece(rng, empty[rng.integers(len(empty))]))
            elif y < 0.6:
                pictures.append(real.cut(rng, judged[rng.integers(len(judged))], None))
            else:
                pictures.append(render.decoy(rng, glyphs))
            texts.append("")
        elif x < 0.08 + share:
            real_ones = labelled if labelled and rng.random() < 0.33 else train
            picture, quad, text = real_ones[rng.integers(len(real_ones))]
            pictures.append(real.cut(rng, picture, quad))
            texts.append(text)
        else:
            picture, text = render.plate(rng, glyphs)
            pictures.append(picture)
            texts.append(text)
    return normalise(pictures), texts


def loss_of(logits, texts):
    logp = F.log_softmax(logits[:, :, 0], 1).permute(2, 0, 1)
    targets = torch.tensor([k for t in texts for k in encode(t)], dtype=torch.long)
    lengths = torch.tensor([len(t) for t in texts])
    steps = torch.full((len(texts),), STEPS, dtype=torch.long)
    each = F.ctc_loss(logp, targets, steps, lengths, reduction="none", zero_infinity=True)
    return (each / lengths.clamp(min=4)).mean()


@torch.no_grad()
def exact(net, pictures, texts):
    """How many are read without any error."""
    net.eval()
    good = 0
    for at in range(0, len(pictures), 64):
        best = net(normalise(pictures[at : at + 64]))[:, :, 0].argmax(1)
        good += sum(greedy(b.tolist()) == t for b, t in zip(best, texts[at : at + 64]))
    net.train()
    return good


@torch.no_grad()
def self_labelled(net, crops, fold):
    """The unlabelled crops that the half-trained net reads as a plate of seven characters, each surely; those whose
    text belongs to the held-out half are left out, as everywhere."""
    net.eval()
    out = []
    for at in range(0, len(crops), 64):
        shown = [real.plain(crop, None) for crop in crops[at : at + 64]]
        chances = torch.softmax(net(normalise(shown))[:, :, 0], 1)
        for crop, chance in zip(crops[at : at + 64], chances):
            best = chance.argmax(0)
            text = greedy(best.tolist())
            at_best = zip(best.tolist(), chance.amax(0).tolist())
            runs = [max(c for _, c in run) for k, run in itertools.groupby(at_best, lambda step: step[0]) if k]
            sure = min(runs, default=0.0)
            if len(text) == 7 and text[0] in PROVINCES and text[1] in LETTERS and HIDDEN not in text and sure > 0.95:
                if not real.held_out(text, fold):
                    out.append((crop, None, text))
    net.train()
    return out


def measured_sets(data, glyphs, held):
    """Held-out cuts by kind, and rendered ones from dice of their own."""
    kinds = {
        "crops": [h for h in held if h[1] is None and h[0].shape[1] <= 100],
        "crops136": [h for h in held if h[1] is None and h[0].shape[1] > 100],
        "scenes": [h for h in held if h[1] is not None],
    }
    tests = {k: ([real.plain(p, q) for p, q, _ in v], [t.replace("O", "0") for *_, t in v]) for k, v in kinds.items()}
    rng = np.random.default_rng(99)
    drawn = [render.plate(rng, glyphs) for _ in range(300)]
    tests["rendered"] = ([p for p, _ in drawn], [t for _, t in drawn])
    return tests


def main():
    args = arguments(steps=3000, lr=3e-3)
    training = Training(args, "reader", Reader, most_gradient=5.0)
    if not args.export_only:
        rng = np.random.default_rng(args.seed)
        glyphs = render.Glyphs(args.data)
        train, held = real.load(args.data, args.fold)
        empty, judged = real.negatives(args.data, args.fold), real.judged(args.data)
        print("real: train", len(train), "held out", len(held), "empty scenes", len(empty), "no plates", len(judged), flush=True)
        tests = measured_sets(args.data, glyphs, held)

        crops, labelled = real.unlabelled(args.data), []

        def loss_of_step(net, rng, step):
            # Its own labels come when it reads well, and anew when it reads better; a resumed run labels at once.
            if step >= LABEL_FROM and (step % LABEL_EVERY == 0 or not labelled):
                labelled[:] = self_labelled(training.mean, crops, args.fold)
                print("step", step, "self-labelled", len(labelled), flush=True)
            share = 0.1 if step < 400 else 0.28 if not labelled else 0.36
            pictures, texts = batch(rng, glyphs, train, labelled, empty, judged, share)
            loss = loss_of(net(pictures.to(memory_format=torch.channels_last)), texts)
            return loss, [loss.item()]

        def measured(mean):
            return json.dumps({k: f"{exact(mean, p, t)}/{len(t)}" for k, (p, t) in tests.items()})

        if not training.run(rng, loss_of_step, measured, often=200):
            return
    training.export(torch.zeros(1, 1, 48, 168), "grey", ["logits"])


if __name__ == "__main__":
    main()
