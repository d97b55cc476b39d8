"""Real pictures: which half may be trained on, and cuts of plates out of them.

The half is decided by the plate's text, so that no plate is in both.
"""

import csv
import hashlib
import os

import cv2
import numpy as np

from alphabet import INDEX
from net import HEIGHT, WIDTH


def held_out(plate):
    """True for the half that is only ever measured: odd first byte of the text's SHA-256."""
    return hashlib.sha256(plate.encode()).digest()[0] % 2 == 1


def rows(folder):
    """Manifest rows that may be trained on (`use` = train) and have a text the reader can write."""
    path = os.path.join(folder, "plates", "manifest.csv")
    with open(path, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["use"] == "train" and row["plate"] and all(c in INDEX for c in row["plate"]):
                yield row


def load(folder):
    """(train, held) lists of (grey picture around the plate, box or None, text)."""
    train, held = [], []
    for row in rows(folder):
        image = cv2.imdecode(np.fromfile(os.path.join(folder, "plates", row["file"]), np.uint8), 0)
        box = None
        if row["file"].startswith("scenes"):
            if not row["box_xywh"] or row["rows"] == "2":
                continue
            x, y, w, h = map(int, row["box_xywh"].split())
            if not 1.6 <= w / h <= 5.5 or x + w > image.shape[1] or y + h > image.shape[0]:
                continue  # A few boxes were noted turned by 90 degrees.
            mx, my = int(w * 0.3), int(h * 0.3)
            x0, y0 = max(0, x - mx), max(0, y - my)
            image = image[y0 : y + h + my, x0 : x + w + mx].copy()
            box = (x - x0, y - y0, w, h)
        (held if held_out(row["plate"]) else train).append((image, box, row["plate"]))
    return train, held


def negatives(folder):
    """Pieces of the training half's scenes without a plate, of a plate's shape."""
    out = []
    for row in rows(folder):
        if not row["file"].startswith("scenes") or not row["box_xywh"] or held_out(row["plate"]):
            continue
        if row["other_plates"]:
            continue
        image = cv2.imdecode(np.fromfile(os.path.join(folder, "plates", row["file"]), np.uint8), 0)
        x, y, w, h = map(int, row["box_xywh"].split())
        image[max(0, y - h // 2) : y + h + h // 2, max(0, x - w // 4) : x + w + w // 4] = 0
        k = 1000 / max(image.shape)
        out.append(cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))
    return out


def cut(rng, picture, box):
    """One cut for training, shaken."""
    h, w = picture.shape
    if box is None:
        dx, dy = rng.uniform(-0.03, 0.03, 2) * [w, h]
        quad = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) + [dx, dy]
        quad += rng.uniform(-0.03, 0.03, (4, 2)) * [w, h]
    else:
        x, y, bw, bh = box
        grow = rng.uniform(-0.02, 0.12, (4, 2)) * [bw, bh]
        quad = np.array([[x, y], [x + bw, y], [x + bw, y + bh], [x, y + bh]], np.float32)
        quad += grow * [[-1, -1], [1, -1], [1, 1], [-1, 1]]
    quad = quad.astype(np.float32)
    target = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    if np.linalg.norm(quad[1] - quad[0]) > WIDTH * 1.5:
        picture = cv2.GaussianBlur(picture, (0, 0), np.linalg.norm(quad[1] - quad[0]) / WIDTH * 0.4)
    m = cv2.getPerspectiveTransform(quad, target)
    out = cv2.warpPerspective(picture, m, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    if rng.random() < 0.3:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.3, 1.4))
    out = out * rng.uniform(0.4, 1.2) + rng.uniform(-20, 40) + rng.normal(0, rng.uniform(0.1, 6), out.shape)
    if rng.random() < 0.15:
        out = 255 - out
    return np.clip(out, 0, 255).astype(np.uint8)


def plain(picture, box):
    """The cut for measuring: the box as the manifest gives it."""
    if box is not None:
        x, y, w, h = box
        picture = picture[y : y + h, x : x + w]
    mode = cv2.INTER_AREA if picture.shape[1] > WIDTH else cv2.INTER_LINEAR
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=mode)


def piece(rng, image):
    """A random plate-shaped piece of a scene without its plate."""
    h, w = image.shape
    pw = int(rng.integers(60, 300))
    ph = int(pw * rng.uniform(0.22, 0.4))
    if pw >= w or ph >= h:
        return cv2.resize(image, (WIDTH, HEIGHT))
    x, y = int(rng.integers(w - pw)), int(rng.integers(h - ph))
    return cv2.resize(image[y : y + ph, x : x + pw], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
