"""Trains the plate detector and writes `detector.onnx` with its SHA-256.

    python train_detector.py --data ../../../../shared/data [--steps N] [--seed 1] [--fold 0|1|all] [--work FOLDER] [--out FOLDER] [--export-only]

One process, one thread, seeded, resumable as `train_reader.py` is. The figures printed are on the held-out scenes as
the program looks at them: shrunken to 640x384 pixels' area, the best peak of the map.
"""

import os

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import render
import scene
from net import CELL, REACH, Detector
from training import Training, arguments

BATCH = 16


def as_input(pictures):
    x = np.stack(pictures).astype(np.float32) / 127.5 - 1
    return torch.from_numpy(x).permute(0, 3, 1, 2)


def targets(plates, known, w, h):
    """Heat, its weight, corners, kind, colour, and how much each cell's corners count."""
    cw, ch = w // CELL, h // CELL
    cx, cy = np.meshgrid((np.arange(cw) + 0.5) * CELL, (np.arange(ch) + 0.5) * CELL)
    heat, weight = np.zeros((ch, cw), np.float32), np.ones((ch, cw), np.float32)
    corners, counts = np.zeros((8, ch, cw), np.float32), np.zeros((ch, cw), np.float32)
    rows, colours = np.zeros((ch, cw), np.float32), np.zeros((ch, cw), np.int64)
    weight[(cx < known[0]) | (cx > known[2]) | (cy < known[1]) | (cy > known[3])] = 0
    for quad, colour, kind in plates:
        mid = quad.mean(0)
        wide = scene.size_of(quad)
        high = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
        quad = quad.astype(np.float32)
        inside = np.clip(quad, 0, [w, h]).astype(np.float32)
        seen = cv2.contourArea(inside) / max(1.0, cv2.contourArea(quad))
        if wide < 12 or seen < 0.75 or not (0 <= mid[0] < w and 0 <= mid[1] < h):
            (x0, y0), (x1, y1) = quad.min(0), quad.max(0)
            weight[(cx > x0 - 4) & (cx < x1 + 4) & (cy > y0 - 4) & (cy < y1 + 4)] = 0
            continue
        along = (quad[1] - quad[0]) / max(1.0, np.linalg.norm(quad[1] - quad[0]))
        dx, dy = cx - mid[0], cy - mid[1]
        u, v = dx * along[0] + dy * along[1], -dx * along[1] + dy * along[0]
        sx, sy = max(4.0, wide * 0.09), max(4.0, high * 0.16)
        bump = np.exp(-0.5 * ((u / sx) ** 2 + (v / sy) ** 2)).astype(np.float32)
        at = (min(ch - 1, int(mid[1] // CELL)), min(cw - 1, int(mid[0] // CELL)))
        bump[at] = 1.0
        weight[bump > 0.3] = 1
        heat = np.maximum(heat, bump)
        near = ((np.abs(u) < max(6.0, wide * 0.22)) & (np.abs(v) < max(6.0, high * 0.35)))
        near[at] = True
        for i in range(4):
            corners[2 * i][near] = (quad[i, 0] - cx[near]) / REACH
            corners[2 * i + 1][near] = (quad[i, 1] - cy[near]) / REACH
        # An error counts as a share of the plate's height; each plate counts the same.
        counts[near] = REACH / max(8.0, 0.5 * high + 0.12 * wide) / near.sum()
        rows[near] = float(kind == 2)
        colours[near] = colour
    return heat, weight, corners, counts, rows, colours


def loss_of(out, wanted):
    heat, weight, corners, counts, rows, colours = wanted
    p = torch.sigmoid(out[:, 0]).clamp(1e-4, 1 - 1e-4)
    top = (heat > 0.999).float()
    good = -((1 - p) ** 2) * torch.log(p) * top
    bad = -(p**2) * torch.log(1 - p) * (1 - heat) ** 4 * (1 - top) * weight
    plates = top.sum().clamp(min=1)
    focal = (good.sum() + bad.sum()) / plates
    mask = counts > 0
    off = F.smooth_l1_loss(out[:, 1:9], corners, reduction="none", beta=0.1).mean(1)
    place = (off * counts).sum() / plates
    some = mask.float() / mask.float().sum().clamp(min=1)
    kind = (F.binary_cross_entropy_with_logits(out[:, 9], rows, reduction="none") * some).sum()
    hue = (F.cross_entropy(out[:, 10:16], colours, reduction="none") * some).sum()
    return focal + 6.0 * place + 0.3 * kind + 0.2 * hue, (focal.item(), place.item(), kind.item(), hue.item())


def fitted(picture, area=640 * 384, side=640):
    """The picture shrunken (never grown) and padded as the program does; (picture, scale)."""
    h, w = picture.shape[:2]
    k = min(1.0, side / max(h, w), (area / (h * w)) ** 0.5)
    if k < 1:
        picture = cv2.resize(picture, (max(1, round(w * k)), max(1, round(h * k))), interpolation=cv2.INTER_AREA)
    h, w = picture.shape[:2]
    return cv2.copyMakeBorder(picture, 0, -h % 32, 0, -w % 32, cv2.BORDER_CONSTANT, value=(114, 114, 114)), k


def peak(out):
    """The best peak of one map: (chance, corners in pixels, rows, colour), corners as the mean of the cells around it."""
    heat = torch.sigmoid(out[0])
    at = int(heat.argmax())
    y, x = divmod(at, heat.shape[1])
    total, sum_w = np.zeros((4, 2)), 0.0
    for j in range(max(0, y - 1), min(heat.shape[0], y + 2)):
        for i in range(max(0, x - 1), min(heat.shape[1], x + 2)):
            weight = float(heat[j, i])
            if weight < 0.5 * float(heat[y, x]):
                continue
            offsets = out[1:9, j, i].numpy().reshape(4, 2) * REACH
            total += weight * (offsets + [(i + 0.5) * CELL, (j + 0.5) * CELL])
            sum_w += weight
    return float(heat[y, x]), total / sum_w, 2 if out[9, y, x] > 0 else 1, int(out[10:16, y, x].argmax())


@torch.no_grad()
def measured(net, held):
    net.eval()
    found, errors, rows, colours = 0, [], 0, 0
    for picture, quad, colour, kind in held:
        small, k = fitted(picture)
        out = net(as_input([small]))[0]
        chance, corners, kind_seen, colour_seen = peak(out)
        corners = corners / k
        size = scene.size_of(quad)
        if chance > 0.3 and np.linalg.norm(corners.mean(0) - quad.mean(0)) < 0.2 * size:
            found += 1
            rows += kind_seen == kind
            colours += colour_seen == colour
            errors.append(np.abs(corners - quad).mean() / size)
    net.train()
    e = np.sort(errors) if errors else np.array([9.0])
    return f"found {found}/{len(held)}, rows right {rows}, colours {colours}, corner error of the width: median {e[len(e) // 2]:.3f}, 90 % {e[int(len(e) * 0.9)]:.3f}"


def main():
    args = arguments(steps=2800, lr=2e-3)
    training = Training(args, "detector", Detector, most_gradient=10.0)
    if not args.export_only:
        rng = np.random.default_rng(args.seed)
        glyphs = render.Glyphs(args.data)
        train, held = scene.scenes(args.data, args.fold)
        composer = scene.Composer(np.random.default_rng(args.seed + 1000), glyphs, train)
        print("real scenes: train", len(train), "held out", len(held), flush=True)

        def loss_of_step(net, rng, _step):
            drawn = [composer.draw(rng) for _ in range(BATCH)]
            wanted = [targets(plates, known, scene.WIDTH, scene.HEIGHT) for _, plates, known in drawn]
            wanted = [torch.from_numpy(np.stack(part)) for part in zip(*wanted)]
            out = net(as_input([d[0] for d in drawn]).contiguous(memory_format=torch.channels_last))
            return loss_of(out, wanted)

        if not training.run(rng, loss_of_step, lambda mean: measured(mean, held), often=500):
            return
    axes = {"picture": {2: "h", 3: "w"}, "map": {2: "ch", 3: "cw"}}
    training.export(torch.zeros(1, 3, 384, 640), "picture", ["map"], axes)


if __name__ == "__main__":
    main()
