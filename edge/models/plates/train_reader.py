"""Trains the plate reader and writes `reader.onnx` with its SHA-256.

    python train_reader.py --data ../../../../shared/data [--steps N] [--seed 1] [--fold 0|1|all] [--work FOLDER] [--out FOLDER] [--export-only]

One process, one thread, seeded; a checkpoint every 100 steps holds everything, the dice included, and a run started
again with the same `--work` goes on from it. The weights given out are the running mean of those trained.
"""

import argparse
import json
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import real
import render
from alphabet import encode, greedy
from net import STEPS, Reader
from weights import Stop, export, mean_into, pace

BATCH = 64
HERE = os.path.dirname(os.path.abspath(__file__))


def normalise(pictures):
    """Zero mean, unit deviation per picture: what the Rust side does too."""
    x = np.stack(pictures).astype(np.float32)
    mean = x.mean((1, 2), keepdims=True)
    std = x.std((1, 2), keepdims=True)
    return torch.from_numpy((x - mean) / (std + 4.0))[:, None]


def batch(rng, glyphs, train, empty, judged, share):
    """Pictures and texts: rendered ones, `share` of real ones, and decoys with an empty text."""
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
            picture, quad, text = train[rng.integers(len(train))]
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


def measured_sets(data, glyphs, held):
    """Held-out cuts by kind, and rendered ones from dice of their own."""
    kinds = {
        "crops": [h for h in held if h[1] is None and h[0].shape[1] <= 100],
        "crops136": [h for h in held if h[1] is None and h[0].shape[1] > 100],
        "scenes": [h for h in held if h[1] is not None],
    }
    tests = {k: ([real.plain(p, q) for p, q, _ in v], [t for *_, t in v]) for k, v in kinds.items()}
    rng = np.random.default_rng(99)
    drawn = [render.plate(rng, glyphs) for _ in range(300)]
    tests["rendered"] = ([p for p, _ in drawn], [t for _, t in drawn])
    return tests


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", default=os.path.join(HERE, "../../../../shared/data"))
    args.add_argument("--steps", type=int, default=3400)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--lr", type=float, default=3e-3)
    args.add_argument("--work", default="/tmp/plates-training", help="folder of the checkpoint")
    args.add_argument("--fold", default="0", choices=["0", "1", "all"], help="which half is held out")
    args.add_argument("--out", default=HERE, help="folder of the ONNX file")
    args.add_argument("--export-only", action="store_true")
    args = args.parse_args()
    os.makedirs(args.work, exist_ok=True)
    os.makedirs(args.out, exist_ok=True)
    checkpoint = os.path.join(args.work, "reader.pt")
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    net, mean = Reader(), Reader()
    mean.load_state_dict(net.state_dict())
    print("parameters", sum(p.numel() for p in net.parameters()), flush=True)
    sample = torch.zeros(1, 1, 48, 168)
    if args.export_only:
        mean.load_state_dict(torch.load(checkpoint)["mean"])
        return export(mean, sample, os.path.join(args.out, "reader.onnx"), "grey", ["logits"])
    glyphs = render.Glyphs(os.path.join(args.data, "glyphs"))
    train, held = real.load(args.data, args.fold)
    empty, judged = real.negatives(args.data, args.fold), real.judged(args.data)
    print("real: train", len(train), "held out", len(held), "empty scenes", len(empty), "no plates", len(judged), flush=True)
    tests = measured_sets(args.data, glyphs, held)

    net, mean = (n.to(memory_format=torch.channels_last) for n in (net, mean))
    best = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=0.01)
    first = 1
    if os.path.exists(checkpoint):
        kept = torch.load(checkpoint, weights_only=False)
        net.load_state_dict(kept["net"])
        mean.load_state_dict(kept["mean"])
        best.load_state_dict(kept["best"])
        rng.bit_generator.state = kept["rng"]
        torch.set_rng_state(kept["torch_rng"])
        first = kept["step"] + 1
    began, running = time.time(), 0.0
    stop = Stop()
    for step in range(first, args.steps + 1):
        share = 0.1 if step < 400 else 0.28
        pictures, texts = batch(rng, glyphs, train, empty, judged, share)
        loss = loss_of(net(pictures.to(memory_format=torch.channels_last)), texts)
        best.zero_grad()
        loss.backward()
        pace(best, step, args.steps, args.lr)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        best.step()
        mean_into(mean, net, min(0.995, 1 - 1 / (step + 1)))
        running += loss.item()
        if step % 50 == 0:
            print(f"step {step} loss {running / 50:.4f} {time.time() - began:.0f} s", flush=True)
            running = 0.0
        if step % 200 == 0 or step == args.steps:
            figures = {k: f"{exact(mean, p, t)}/{len(t)}" for k, (p, t) in tests.items()}
            print("step", step, json.dumps(figures), flush=True)
        if step % 100 == 0 or step == args.steps or stop:
            kept = {
                "net": net.state_dict(), "mean": mean.state_dict(), "best": best.state_dict(),
                "rng": rng.bit_generator.state, "torch_rng": torch.get_rng_state(), "step": step,
            }
            torch.save(kept, checkpoint + ".new")
            os.replace(checkpoint + ".new", checkpoint)
        if stop:
            return print("stopped at step", step, flush=True)
    export(mean, sample, os.path.join(args.out, "reader.onnx"), "grey", ["logits"])


if __name__ == "__main__":
    main()
