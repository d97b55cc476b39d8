"""Real pictures: which half may be trained on, and cuts of plates out of them.

The half is decided by the plate's text, so that no plate is in both.
"""

import csv
import hashlib
import os
import tarfile

import cv2
import numpy as np

from alphabet import INDEX, PROVINCES
from net import HEIGHT, WIDTH

# The provinces in the order of `PROVINCES`, as the labelled characters' folders spell them.
PINYIN = (
    "jing jin hu yu1 ji yu yun liao hei xiang wan lu xin su zhe gan e gui1 gan1 sx meng shan jl min gui yue qing zang "
    "cuan ning qiong"
)
HERE = os.path.dirname(os.path.abspath(__file__))


def held_out(plate, fold):
    """True for the half that this fold only ever measures: odd first bytes of the text's SHA-256 in fold 0, even
    ones in fold 1; nothing is held out in fold "all"."""
    return fold != "all" and hashlib.sha256(plate.encode()).digest()[0] % 2 == 1 - int(fold)


def rows(folder):
    """Manifest rows that may be trained on (`use` = train) and have a text the reader can write."""
    path = os.path.join(folder, "plates", "manifest.csv")
    with open(path, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["use"] == "train" and row["plate"] and all(c in INDEX or c == "O" for c in row["plate"]):
                yield row


def quads():
    """Corners of the scenes' plates, by file. The manifest's boxes are loose (toll gates), give the middle instead
    of the corner (EasyPR) or are turned by 90 degrees; these were fitted to the plates' rims and looked through."""
    with open(os.path.join(HERE, "quads.csv"), newline="", encoding="utf-8") as lines:
        return {
            row["file"]: np.array([float(row[k]) for k in ("x0", "y0", "x1", "y1", "x2", "y2", "x3", "y3")], np.float32).reshape(4, 2)
            for row in csv.DictReader(lines)
        }


def load(folder, fold):
    """(train, held) lists of (grey picture around the plate, corners or None, text)."""
    train, held, corners = [], [], quads()
    for row in rows(folder):
        scene = row["file"].startswith("scenes")
        if scene and row["file"] not in corners:
            continue
        image = cv2.imdecode(np.fromfile(os.path.join(folder, "plates", row["file"]), np.uint8), 0)
        quad = None
        if scene:
            quad = corners[row["file"]]
            low, high = quad.min(0), quad.max(0)
            margin = (high - low) * 0.4
            x0, y0 = np.maximum(0, low - margin).astype(int)
            x1, y1 = (high + margin).astype(int)
            image = image[y0:y1, x0:x1].copy()
            quad = quad - [x0, y0]
        (held if held_out(row["plate"], fold) else train).append((image, quad, row["plate"]))
    return train, held


def judged(folder):
    """136x36 pieces of toll-gate pictures without a plate: lamps, marks, asphalt."""
    return packed_pictures(os.path.join(folder, "plate_judge.tar"), "/NoPlate/")


def packed_pictures(path, part):
    """The grey pictures of a tar file whose name has `part` in it, in the order of their names."""
    out = []
    with tarfile.open(path) as bundle:
        for member in sorted((m for m in bundle.getmembers() if part in m.name and m.isfile()), key=lambda m: m.name):
            packed = np.frombuffer(bundle.extractfile(member).read(), np.uint8)
            image = cv2.imdecode(packed, 0)
            if image is not None:
                out.append(image)
    return out


def unlabelled(folder):
    """136x36 crops from toll gates, with plates and without; nobody has said which, nor what stands on them."""
    return packed_pictures(os.path.join(folder, "plate_crops_unlabelled.tar"), "")


def characters(folder):
    """Masks (255 = ink) of characters cut out of real plates, 20x20 and already black and white, by character."""
    names, out = {"zh_" + name: char for name, char in zip(PINYIN.split(), PROVINCES)}, {}
    with tarfile.open(os.path.join(folder, "plate_chars.tar.gz"), "r|gz") as bundle:  # Packed as a whole: only forwards.
        files = {m.name: bundle.extractfile(m).read() for m in bundle if m.name.endswith(".jpg")}
    for path in sorted(files):
        name = path.split("/")[-2]
        mask = cv2.imdecode(np.frombuffer(files[path], np.uint8), 0)
        if mask is not None:
            out.setdefault(names.get(name, name), []).append(mask)
    return out


def negatives(folder, fold):
    """The training half's scenes, smaller, their plates blacked out."""
    out, corners = [], quads()
    for row in rows(folder):
        if row["file"] not in corners or held_out(row["plate"], fold) or row["other_plates"]:
            continue
        image = cv2.imdecode(np.fromfile(os.path.join(folder, "plates", row["file"]), np.uint8), 0)
        quad = corners[row["file"]]
        (x0, y0), (x1, y1) = quad.min(0).astype(int), quad.max(0).astype(int)
        w, h = x1 - x0, y1 - y0
        image[max(0, y0 - h // 2) : y1 + h // 2, max(0, x0 - w // 6) : x1 + w // 6] = 0
        k = 1000 / max(image.shape)
        out.append(cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA))
    return out


def cut(rng, picture, corners):
    """One cut for training, shaken."""
    h, w = picture.shape
    if corners is None:
        dx, dy = rng.uniform(-0.03, 0.03, 2) * [w, h]
        quad = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) + [dx, dy]
        quad += rng.uniform(-0.03, 0.03, (4, 2)) * [w, h]
    else:  # As a detector's corners are off: now tight, now wide, each corner for itself.
        wide, high = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
        loose = rng.choice([0.4, 1.0, 1.8], p=[0.4, 0.45, 0.15])
        grow = (rng.uniform(-0.03, 0.06, (4, 2)) + rng.uniform(-0.01, 0.03)) * [wide, high * 2.2] * loose
        quad = corners + grow * [[-1, -1], [1, -1], [1, 1], [-1, 1]]
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


def plain(picture, corners):
    """The cut for measuring: the corners as they were fitted, grown a little as the program does."""
    if corners is None:
        mode = cv2.INTER_AREA if picture.shape[1] > WIDTH else cv2.INTER_LINEAR
        return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=mode)
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    quad = corners + np.array([-1, 1, 1, -1])[:, None] * along * 0.02 + np.array([-1, -1, 1, 1])[:, None] * down * 0.06
    target = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    if np.linalg.norm(along) > WIDTH * 1.5:
        picture = cv2.GaussianBlur(picture, (0, 0), np.linalg.norm(along) / WIDTH * 0.4)
    m = cv2.getPerspectiveTransform(quad.astype(np.float32), target)
    return cv2.warpPerspective(picture, m, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)


def piece(rng, image):
    """A random plate-shaped piece of a scene without its plate."""
    h, w = image.shape
    pw = int(rng.integers(60, 300))
    ph = int(pw * rng.uniform(0.22, 0.4))
    if pw >= w or ph >= h:
        return cv2.resize(image, (WIDTH, HEIGHT))
    x, y = int(rng.integers(w - pw)), int(rng.integers(h - ph))
    return cv2.resize(image[y : y + ph, x : x + pw], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
