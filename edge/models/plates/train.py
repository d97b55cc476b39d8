"""Trains the plate reader and writes `reader.onnx` with its SHA-256.

    python train.py --data ../../../../shared/data [--steps N] [--seed 1] [--export-only]

One process, one thread, seeded; a checkpoint every 100 steps, so that it can be stopped and exported.
"""

import argparse
import hashlib
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

BATCH = 48
HERE = os.path.dirname(os.path.abspath(__file__))


def normalise(pictures):
    """Zero mean, unit deviation per picture: what the Rust side does too."""
    x = np.stack(pictures).astype(np.float32)
    mean = x.mean((1, 2), keepdims=True)
    std = x.std((1, 2), keepdims=True)
    return torch.from_numpy((x - mean) / (std + 4.0))[:, None]


def batch(rng, glyphs, train, empty, share):
    pictures, texts = [], []
    for _ in range(BATCH):
        x = rng.random()
        if x < 0.10:
            real_one = empty and rng.random() < 0.5
            pictures.append(real.piece(rng, empty[rng.integers(len(empty))]) if real_one else render.decoy(rng, glyphs))
            texts.append("")
        elif x < 0.10 + share and train:
            picture, box, text = train[rng.integers(len(train))]
            pictures.append(real.cut(rng, picture, box))
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


def export(net):
    net.eval()
    path = os.path.join(HERE, "reader.onnx")
    torch.onnx.export(
        net, (torch.zeros(1, 1, 48, 168),), path, opset_version=13, dynamo=False,
        input_names=["grey"], output_names=["logits"], dynamic_axes={"grey": {0: "n"}, "logits": {0: "n"}},
    )
    digest = hashlib.sha256(open(path, "rb").read()).hexdigest()
    with open(path + ".sha256", "w") as out:
        out.write(digest + "  reader.onnx\n")
    print("exported", os.path.getsize(path), digest, flush=True)
    net.train()


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", default=os.path.join(HERE, "../../../../shared/data"))
    args.add_argument("--steps", type=int, default=2600)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--lr", type=float, default=3e-3)
    args.add_argument("--resume", help="checkpoint whose weights to start from")
    args.add_argument("--checkpoint", default="/tmp/plate-reader.pt")
    args.add_argument("--export-only", action="store_true")
    args = args.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    net = Reader()
    print("parameters", sum(p.numel() for p in net.parameters()), flush=True)
    if args.export_only:
        net.load_state_dict(torch.load(args.checkpoint)["net"])
        return export(net)
    glyphs = render.Glyphs(os.path.join(args.data, "glyphs"))
    train, held = real.load(args.data)
    empty = real.negatives(args.data)
    print("real: train", len(train), "held out", len(held), "empty scenes", len(empty), flush=True)
    kinds = {
        "crops": [h for h in held if h[1] is None and h[0].shape[1] <= 100],
        "crops136": [h for h in held if h[1] is None and h[0].shape[1] > 100],
        "boxes": [h for h in held if h[1] is not None],
    }
    tests = {k: ([real.plain(p, b) for p, b, _ in v], [t for *_, t in v]) for k, v in kinds.items()}
    test_rng = np.random.default_rng(99)
    drawn = [render.plate(test_rng, glyphs) for _ in range(300)]
    tests["rendered"] = ([p for p, _ in drawn], [t for _, t in drawn])

    net = net.to(memory_format=torch.channels_last)
    if args.resume:
        net.load_state_dict(torch.load(args.resume)["net"])
    best = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=0.01)
    plan = torch.optim.lr_scheduler.OneCycleLR(best, args.lr, total_steps=args.steps, pct_start=0.08 if args.resume else 0.12, final_div_factor=100)
    began, running = time.time(), 0.0
    for step in range(1, args.steps + 1):
        share = 0.1 if step < 300 and not args.resume else 0.22
        pictures, texts = batch(rng, glyphs, train, empty, share)
        loss = loss_of(net(pictures.to(memory_format=torch.channels_last)), texts)
        best.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        best.step()
        plan.step()
        running += loss.item()
        if step % 50 == 0:
            print(f"step {step} loss {running / 50:.4f} {time.time() - began:.0f} s", flush=True)
            running = 0.0
        if step % 100 == 0 or step == args.steps:
            figures = {k: f"{exact(net, p, t)}/{len(t)}" for k, (p, t) in tests.items()}
            print("step", step, json.dumps(figures), flush=True)
            torch.save({"net": net.state_dict(), "step": step, "figures": figures}, args.checkpoint)
    export(net)


if __name__ == "__main__":
    main()
