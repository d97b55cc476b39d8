"""Renders plates to GA 36 geometry, as a camera would see them, and decoys that are no plates.

Everything is drawn in grey: the reader sees brightness only, and colour is judged apart.
Geometry in millimetres: one row 440x140 (480x140 with eight characters), two rows 440x220.
"""

import glob
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import real
from alphabet import DIGITS, HIDDEN, LETTERS, PROVINCES
from net import HEIGHT, WIDTH

SCALE = 0.75  # Canvas pixels per millimetre.
FONTS = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf", "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
]
COMMON = "天地人大中小上下左右东西南北物流运输货车严禁超载注意安全公司电话高速公路工程建设吉祥出入平安"


class Glyphs:
    """Masks of characters (255 = ink), cropped to the ink: from glyph pictures, from fonts, and from real plates."""

    def __init__(self, data):
        self.pictures = {}
        self.real = {char: [crop(mask) for mask in masks] for char, masks in real.characters(data).items()}
        for path in sorted(glob.glob(os.path.join(data, "glyphs", "font_model", "*.jpg"))):
            name = os.path.splitext(os.path.basename(path))[0]
            kind, char = name.rsplit("_", 1)
            picture = cv2.imdecode(np.fromfile(path, np.uint8), 0)
            self.pictures[(kind, char)] = crop(255 - picture)
        self.fonts = [(ImageFont.truetype(a, 110), ImageFont.truetype(b, 110)) for a, b in FONTS]
        self.cache = {}

    def picture(self, kinds, char):
        for kind in kinds:
            if (kind, char) in self.pictures:
                return self.pictures[(kind, char)]
        return None

    def font(self, number, char):
        key = (number, char)
        if key not in self.cache:
            font = self.fonts[number][0 if ord(char) < 128 else 1]
            image = Image.new("L", (180, 200), 0)
            ImageDraw.Draw(image).text((20, 20), char, fill=255, font=font)
            self.cache[key] = crop(np.array(image))
        return self.cache[key]


def crop(ink):
    ys, xs = np.where(ink > 100)
    if len(ys) == 0:
        return ink
    return np.ascontiguousarray(ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1])


def tail(rng, n, letters):
    """Serial of n characters with about `letters` letters."""
    out = [DIGITS[rng.integers(10)] for _ in range(n)]
    for _ in range(letters):
        out[rng.integers(n)] = LETTERS[rng.integers(24)]
    return "".join(out)


def sample_text(rng):
    """A plate's text, its ground and its layout; frequencies favour what trucks carry."""
    p = PROVINCES[rng.integers(31)] + (LETTERS[rng.integers(24)] if rng.random() > 0.02 else "0")  # 0: see `encode`.
    x = rng.random()
    n = int(rng.choice([0, 1, 1, 2, 2, 3]))
    if x < 0.27:
        return p + tail(rng, 5, n), "blue", 1
    if x < 0.47:
        return p + tail(rng, 5, n), "yellow", 1
    if x < 0.67:
        return p + tail(rng, 5, n), "yellow", 2
    if x < 0.73:
        return p + tail(rng, 4, min(n, 2)) + "挂", "yellow", 2
    if x < 0.75:
        return p + tail(rng, 4, min(n, 2)) + "学", "yellow", 1
    if x < 0.83:
        kind = LETTERS[rng.integers(10)]
        rest = tail(rng, 5, 0) if rng.random() < 0.6 else LETTERS[rng.integers(24)] + tail(rng, 4, 0)
        return p + kind + rest, "green", 1
    if x < 0.90:
        return p + tail(rng, 5, 0) + "DF"[rng.integers(2)], "green", 1
    if x < 0.94:
        last = "警" if rng.random() < 0.7 else LETTERS[rng.integers(24)]
        return p + tail(rng, 4, 1) + last, "white", 1
    if x < 0.97:
        mark = "港澳"[rng.integers(2)] if rng.random() < 0.7 else "领"
        head = "粤Z" if mark in "港澳" else p
        return head + tail(rng, 4, 1) + mark, "black", 1
    if x < 0.985:
        return "使" + tail(rng, 6, 0), "black", 1
    return p + tail(rng, 4, 1) + "试超"[rng.integers(2)], "yellow", 1


def cells(text, rows):
    """Cell of each character (x, y, w, h), the dot's centre or None, and the plate's size in mm."""
    if rows == 2:
        top = [(110, 15, 80, 60), (250, 15, 80, 60)]
        low = [(27.5 + i * 80, 90, 65, 110) for i in range(5)]
        return top + low, (220, 45), (440, 220)
    if len(text) == 8:
        xs = [15.5, 69.5] + [161.5 + i * 52 for i in range(6)]
        return [(x, 25, 45 if i == 0 else 43, 90) for i, x in enumerate(xs)], None, (480, 140)
    xs = [15.5, 72.5] + [151.5 + i * 57 for i in range(5)]
    return [(x, 25, 45, 90) for x in xs], (134.5, 70), (440, 140)


def draw(rng, glyphs, text, ground, rows):
    """The plate face on, in grey, `SCALE` pixels a millimetre."""
    layer = ink_of(rng, glyphs, text, rows)
    h, w = layer.shape
    if ground in ("blue", "black"):
        back, ink = rng.integers(20, 110), rng.integers(150, 256)
    else:
        back, ink = rng.integers(130, 240), rng.integers(0, 80)
    plate = np.full((h, w), back, np.float32)
    if ground == "green" and rng.random() < 0.7:
        plate += np.linspace(rng.uniform(0, 40), rng.uniform(-40, 0), h, dtype=np.float32)[:, None]
    plate = plate * (1 - layer) + ink * layer
    return bolts(rng, plate)


def bolts(rng, plate):
    """Up to four bolts, on a plate in grey or in colour."""
    h, w = plate.shape[:2]
    if rng.random() < 0.6:
        for bx in (0.25, 0.75):
            for by in (0.08, 0.92):
                if rng.random() < 0.7:
                    at = (int(w * (bx + rng.uniform(-0.05, 0.05))), int(h * by))
                    cv2.circle(plate, at, int(rng.integers(2, 6)), (float(rng.integers(20, 250)),) * 3, -1)
    return plate


def ink_of(rng, glyphs, text, rows):
    """Where the plate is painted: 0 ground to 1 ink; characters, rim and dot."""
    boxes, dot, (w_mm, h_mm) = cells(text, rows)
    w, h = int(w_mm * SCALE), int(h_mm * SCALE)
    layer = np.zeros((h, w), np.float32)
    if rng.random() < 0.9:
        inset = int(rng.integers(1, 7))
        cv2.rectangle(layer, (inset, inset), (w - 1 - inset, h - 1 - inset), 1.0, int(rng.integers(1, 3)))
    if dot is not None and rng.random() < 0.9:
        cv2.circle(layer, (int(dot[0] * SCALE), int(dot[1] * SCALE)), int(rng.integers(3, 6)), 1.0, -1)
    if rows == 2:
        kinds = [["220"], ["220_up", "140"]] + [["220_down", "220", "140"]] * 5
    elif len(text) == 8:
        kinds = [["green", "140"]] * 8
    else:
        kinds = [["140", "green"]] * 7
    font = int(rng.integers(len(FONTS)))
    source = rng.random()  # Mostly the real typeface; the others keep the net from learning one drawing.
    stretch = rng.random() < 0.7
    thick = rng.random()
    for char, (x, y, cw, ch), kind in zip(text, boxes, kinds):
        mask = glyphs.picture(kind, char) if source < 0.74 else None
        if source > 0.88 and char in glyphs.real:
            mask = glyphs.real[char][rng.integers(len(glyphs.real[char]))]
        fit = stretch or mask is not None
        if mask is None:
            mask = glyphs.font(font, char)
        cw, ch = cw * SCALE * rng.uniform(0.93, 1.04), ch * SCALE * rng.uniform(0.95, 1.03)
        mw, mh = mask.shape[1], mask.shape[0]
        if fit and not (char == "1" and mask.shape[1] * 3 < mask.shape[0]):
            tw, th = cw, ch
        else:
            k = min(cw / mw, ch / mh)
            tw, th = mw * k, mh * k
        tw, th = max(2, int(round(tw))), max(2, int(round(th)))
        small = cv2.resize(mask, (tw, th), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        if thick < 0.2:
            small = cv2.dilate(small, np.ones((2, 2), np.uint8))
        elif thick > 0.85:
            small = cv2.erode(small, np.ones((2, 2), np.uint8))
        x0 = int(round(x * SCALE + (cw - tw) / 2))
        y0 = int(round(y * SCALE + (ch - th) / 2))
        x0, y0 = min(max(0, x0), w - tw), min(max(0, y0), h - th)
        region = layer[y0 : y0 + th, x0 : x0 + tw]
        np.maximum(region, small, out=region)
    return layer


def texture(rng, w, h):
    """A background: smooth blobs, edges, sometimes noise."""
    cw, ch = int(rng.integers(2, 12)), int(rng.integers(2, 8))
    base = rng.uniform(0, 255, (ch, cw)).astype(np.float32)
    mode = [cv2.INTER_CUBIC, cv2.INTER_LINEAR, cv2.INTER_NEAREST][rng.integers(3)]
    out = cv2.resize(base, (w, h), interpolation=mode)
    mix = rng.uniform(0.1, 1)
    return out * mix + rng.uniform(0, 255) * (1 - mix)


def place(rng, plate, size):
    """The plate on a background of `size` (w, h), about filling it, in perspective; and the 3x3 map of its pixels."""
    w, h = size
    ph, pw = plate.shape
    back = texture(rng, w, h)
    x = rng.random()
    wide = ph * 2.5 < pw  # Two rows are cut apart by place, so they must fill the cut.
    margin = 0.03 if x < 0.45 else 0.09 if x < 0.72 or not wide else 0.24
    jitter = rng.uniform(-margin * 0.4, margin, (4, 2))
    if x > 0.82:  # Uncorrected tilt and shear, as in careless crops.
        slope, shear = rng.uniform(-0.26, 0.26), rng.uniform(-0.12, 0.12)
        dst = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        dst = dst * [1 - 2 * abs(shear) * 0.5, 1 - abs(slope) * 1.2] + [abs(shear) * 0.5, abs(slope) * 0.6]
        dst[[0, 3], 1] += slope * 0.6
        dst[[1, 2], 1] -= slope * 0.6
        dst[[0, 1], 0] += shear * 0.5
        dst[[2, 3], 0] -= shear * 0.5
        dst += rng.uniform(-0.02, 0.02, (4, 2))
        dst = dst.astype(np.float32)
    else:
        dst = np.array(
            [
                [jitter[0, 0], jitter[0, 1]],
                [1 - jitter[1, 0], jitter[1, 1]],
                [1 - jitter[2, 0], 1 - jitter[2, 1]],
                [jitter[3, 0], 1 - jitter[3, 1]],
            ],
            np.float32,
        )
    dst = dst * np.array([w, h], np.float32)
    src = np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]], np.float32)
    # Shrink with averaging first, else the warp aliases.
    k, full = w / pw, (pw, ph)
    if k < 0.7:
        plate = cv2.resize(plate, (max(8, int(pw * k)), max(8, int(ph * k))), interpolation=cv2.INTER_AREA)
        src = src * np.array([plate.shape[1] / pw, plate.shape[0] / ph], np.float32)
    m = cv2.getPerspectiveTransform(src, dst.astype(np.float32))
    warped = cv2.warpPerspective(plate, m, (w, h), flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.ones_like(plate), m, (w, h), flags=cv2.INTER_LINEAR)
    shrunk = np.diag([plate.shape[1] / full[0], plate.shape[0] / full[1], 1.0])
    return warped * mask + back * (1 - mask), m @ shrunk


def moved(image, n, angle):
    """The blur of something that moved `n` pixels while it was taken."""
    kernel = np.zeros((n, n), np.float32)
    c = (n - 1) / 2
    for t in np.linspace(-c, c, 2 * n):
        kernel[int(round(c + t * np.sin(angle))), int(round(c + t * np.cos(angle)))] = 1
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def camera(rng, image):
    """Light, dirt, blur, noise and compression."""
    h, w = image.shape
    if rng.random() < 0.35:  # Uneven light.
        field = cv2.resize(rng.uniform(0.5, 1.3, (2, 3)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
        image = image * field
    if rng.random() < 0.15:  # Hard shadow or glare.
        x = int(rng.integers(w))
        image[:, x:] = image[:, x:] * rng.uniform(0.4, 1.5)
    if rng.random() < 0.25:  # Dirt.
        for _ in range(int(rng.integers(1, 5))):
            spot = np.zeros((h, w), np.float32)
            at = (int(rng.integers(w)), int(rng.integers(h)))
            cv2.ellipse(spot, at, (int(rng.integers(2, max(3, w // 8))), int(rng.integers(2, max(3, h // 4)))), float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
            spot = cv2.blur(spot, (5, 5)) * rng.uniform(0.1, 0.5)
            image = image * (1 - spot) + rng.uniform(60, 160) * spot
    if rng.random() < 0.6:
        sigma = rng.uniform(0.2, max(0.5, w / 110))
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    if rng.random() < 0.28:
        n = int(rng.integers(2, max(3, w // (24 if rng.random() < 0.6 else 13))))
        image = moved(image, n, rng.uniform(0, np.pi))
    gain = rng.uniform(0.25, 1.1) if rng.random() < 0.4 else rng.uniform(0.7, 1.2)
    image = image * gain + rng.uniform(-20, 60)
    image = image + rng.normal(0, rng.uniform(0.5, 10), (h, w))
    image = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
        image = cv2.imdecode(packed, 0)
    return image


def stitch(image, split=0.39, inset=0.19):
    """Two rows side by side: the upper row takes a third of the width, the lower the rest."""
    h, w = image.shape[:2]
    cut = int(round(h * split))
    top = image[:cut, int(w * inset) : int(w * (1 - inset))]
    third = WIDTH // 3
    return np.hstack(
        [
            cv2.resize(top, (third, HEIGHT), interpolation=cv2.INTER_LINEAR),
            cv2.resize(image[cut:], (WIDTH - third, HEIGHT), interpolation=cv2.INTER_LINEAR),
        ]
    )


def hide(rng, face, text, rows):
    """A rope, a bar or a bumper over one character; the face, and which character can no longer be seen (or None)."""
    boxes, _, _ = cells(text, rows)
    hidden = int(rng.integers(len(text)))
    x, y, w, h = (v * SCALE for v in boxes[hidden])
    much = rng.random() < 0.8  # Else a narrow one that leaves the character to be read.
    wide = w * (rng.uniform(0.38, 1.1) if much else rng.uniform(0.08, 0.2))
    loose = max(0.0, (w - wide) / 2)
    middle = x + w / 2 + rng.uniform(-loose, loose)
    lean = rng.uniform(-0.08, 0.08) * h
    ends = np.array([[middle - wide / 2 + lean, y - h], [middle + wide / 2 + lean, y - h], [middle + wide / 2 - lean, y + 2 * h], [middle - wide / 2 - lean, y + 2 * h]])
    face = face.copy()
    cv2.fillPoly(face, [ends.astype(np.int32)], float(rng.uniform(0, 255)))
    return face, hidden if much else None


def glare(rng, face, text, rows):
    """A lamp's or the sun's reflection on a part of the face; the face, and the characters lost in it."""
    boxes, _, _ = cells(text, rows)
    h, w = face.shape
    x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(0.12, 0.35) * w
    u, v = np.meshgrid(np.arange(w), np.arange(h))
    white = (rng.uniform(0.7, 0.98) * np.clip(1 - ((u - x) ** 2 + (v - y) ** 2) / r**2, 0, 1)).astype(np.float32)
    lost = set()
    for i, box in enumerate(boxes):
        x0, y0, cw, ch = (int(a * SCALE) for a in box)
        if (white[y0 : y0 + ch, x0 : x0 + cw] > 0.82).mean() > 0.4:
            lost.add(i)
    return face * (1 - white) + rng.uniform(235, 255) * white, lost


def cut_off(text, rows, m, size):
    """The characters of which less than 55 % lies inside a picture of `size`, seen through `m`."""
    boxes, _, _ = cells(text, rows)
    frame = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    gone = set()
    for i, box in enumerate(boxes):
        x, y, w, h = (v * SCALE for v in box)
        quad = np.array([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]], np.float32)
        quad = cv2.perspectiveTransform(quad, m)[0]
        inside, _ = cv2.intersectConvexConvex(quad, frame)
        if inside < 0.55 * max(1.0, cv2.contourArea(quad)):
            gone.add(i)
    return gone


def plate(rng, glyphs):
    """One rendered plate, 48x168 grey, and the text that can be seen on it: `HIDDEN` where something is before the
    character, nothing where the picture's edge cuts it off, so that the reader learns to leave a place open and not to
    guess."""
    text, ground, rows = sample_text(rng)
    face, gone = draw(rng, glyphs, text, ground, rows), set()
    x = rng.random()
    if x < 0.16:
        face, hidden = hide(rng, face, text, rows)
        gone = set() if hidden is None else {hidden}
    elif x < 0.26:
        face, gone = glare(rng, face, text, rows)
    w = int(rng.integers(56, 230))
    size = (w, int(w * (rng.uniform(0.46, 0.54) if rows == 2 else rng.uniform(0.26, 0.36))))
    seen, m = place(rng, face, size)
    cut = cut_off(text, rows, m, size) if len(text) == 7 else set()  # One of eight cut off looks like one of seven.
    seen = camera(rng, seen)
    text = "".join(HIDDEN if i in gone else c for i, c in enumerate(text) if i not in cut)
    if rows == 2:
        return stitch(seen, 0.39 + rng.uniform(-0.02, 0.02), 0.19 + rng.uniform(-0.03, 0.03)), text
    return cv2.resize(seen, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR), text


def decoy(rng, glyphs):
    """Something that is no plate: textures, words, half plates, grilles."""
    w = int(rng.integers(70, 230))
    h = int(w * 0.3)
    x = rng.random()
    if x < 0.25:
        image = texture(rng, w, h)
    elif x < 0.45:  # Grille or stripes.
        period = rng.integers(4, 20)
        line = ((np.arange(w if rng.random() < 0.5 else h) // period) % 2).astype(np.float32)
        image = np.tile(line[None, :], (h, 1)) if len(line) == w else np.tile(line[:, None], (1, w))
        image = image * rng.uniform(40, 200) + rng.uniform(0, 60)
    elif x < 0.85:  # Words, telephone numbers, load limits: never a province first.
        back, ink = rng.uniform(0, 255), rng.uniform(0, 255)
        canvas = np.full((105, 330), back, np.float32)
        at, font = int(rng.integers(2, 60)), int(rng.integers(len(FONTS)))
        while at < 320:
            pool = COMMON if rng.random() < 0.6 else DIGITS + "kgKGTEL-."
            mask = glyphs.font(font, pool[rng.integers(len(pool))])
            k = rng.uniform(50, 95) / max(mask.shape)
            small = cv2.resize(mask, (max(2, int(mask.shape[1] * k)), max(2, int(mask.shape[0] * k)))).astype(np.float32) / 255
            sh, sw = small.shape
            if at + sw >= 330:
                break
            y = int(rng.integers(0, 105 - sh + 1))
            canvas[y : y + sh, at : at + sw] = canvas[y : y + sh, at : at + sw] * (1 - small) + ink * small
            at += sw + int(rng.integers(2, 24))
        image, _ = place(rng, canvas, (w, h))
    else:  # Less than half a plate.
        text, ground, rows = sample_text(rng)
        face = draw(rng, glyphs, text, ground, rows)
        n = int(face.shape[1] * 0.12)
        face = face[:, :n] if rng.random() < 0.5 else face[: int(face.shape[0] * 0.25)]
        image, _ = place(rng, face, (w, h))
    return cv2.resize(camera(rng, image), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
