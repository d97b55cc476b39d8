"""Makes pictures for the detector: plates on real and made-up backgrounds, with their corners.

Everything is at the detector's own scale. A source of a picture is one of the training half's scenes, turned, scaled
and lit anew; its own plate is kept (a real positive), or another one is laid over it, or it is painted out. Rendered
plates are also laid anywhere, beside words and boards that are none.
"""

import os

import cv2
import numpy as np

import real
import render

WIDTH, HEIGHT = 320, 256
COLOURS = ["blue", "yellow", "green", "yellow-green", "white", "black"]
KEPT_SIDE = 1300  # Longer side of a scene as kept in memory.


def ground_colour(rng, text, ground):
    """Colour by name: the drawing calls all new-energy plates green."""
    if ground == "green" and len(text) == 8 and text[-1] in "DF" and text[2].isdigit():
        return "yellow-green"
    return ground


def face(rng, glyphs):
    """A plate face on in colour (uint8 BGR), its colour by name and its rows."""
    text, ground, rows = render.sample_text(rng)
    layer = render.ink_of(rng, glyphs, text, rows)[:, :, None]
    colour = ground_colour(rng, text, ground)
    h, w = layer.shape[:2]
    u = rng.uniform
    white, black = np.array([u(225, 255), u(225, 255), u(225, 255)]), np.array([u(0, 50), u(0, 50), u(0, 50)])
    if colour == "blue":
        back, ink = np.array([u(110, 225), u(40, 120), u(0, 60)]), white
    elif colour == "black":
        back, ink = black, white
    elif colour == "yellow":
        back, ink = np.array([u(0, 90), u(130, 205), u(170, 255)]), black
    elif colour == "white":
        back, ink = white, black
    else:
        low = np.array([u(60, 150), u(170, 225), u(30, 130)])
        down = np.linspace(0, 1, h)[:, None, None] ** u(0.6, 1.5)
        back = white * (1 - down) + low * down if colour == "green" else low[None, None, :] * np.ones((h, 1, 1))
        back = np.repeat(back, w, 1)
        if colour == "yellow-green":
            back[:, : int(w * u(0.2, 0.27))] = [u(0, 90), u(150, 205), u(190, 255)]
        ink = black
    plate = np.ones((h, w, 3)) * back * (1 - layer) + ink * layer
    plate = render.bolts(rng, np.ascontiguousarray(plate, np.float32))
    if rng.random() < 0.35:  # A holder's frame around it.
        n, m = int(w * u(0.01, 0.06)), int(h * u(0.02, 0.12))
        shade = tuple(float(v) for v in (np.ones(3) * u(0, 255) + u(-20, 20)))
        cv2.rectangle(plate, (0, 0), (w - 1, h - 1), shade, max(1, min(n, m)))
    if rng.random() < 0.3:  # Dirt, from below or anywhere.
        for _ in range(int(rng.integers(1, 6))):
            spot = np.zeros((h, w), np.float32)
            at = (int(rng.integers(w)), int(h * min(1, u(0.1, 1.4))))
            cv2.ellipse(spot, at, (int(rng.integers(4, w // 4)), int(rng.integers(4, h // 2))), u(0, 180), 0, 360, 1.0, -1)
            spot = (cv2.blur(spot, (15, 15)) * u(0.2, 0.75))[:, :, None]
            plate = plate * (1 - spot) + np.array([u(60, 130), u(80, 150), u(90, 170)]) * spot
    plate = np.clip(plate, 0, 255).astype(np.uint8)
    return cv2.resize(plate, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA), COLOURS.index(colour), rows


def board(rng, glyphs):
    """What is no plate but looks a little like one: words, numbers, brands, empty boards."""
    w, h = int(rng.integers(120, 330)), int(rng.integers(50, 130))
    u = rng.uniform
    hues = [(180, 80, 20), (30, 180, 230), (40, 40, 220), (240, 240, 240), (30, 30, 30), (90, 160, 60), (128, 128, 128)]
    back = np.array(hues[rng.integers(len(hues))]) + rng.uniform(-30, 30, 3)
    image = np.ones((h, w, 3), np.float32) * back
    ink = np.array(hues[rng.integers(len(hues))]) + rng.uniform(-30, 30, 3)
    if rng.random() < 0.8:
        at, font, size = int(rng.integers(2, 40)), int(rng.integers(len(render.FONTS))), u(0.35, 0.8) * h
        chinese = rng.random() < 0.5
        latin = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."
        for _ in range(int(rng.integers(1, 12))):
            pool = render.COMMON if chinese else latin
            mask = glyphs.font(font, pool[rng.integers(len(pool))])
            k = size / mask.shape[0] if not chinese else size / max(mask.shape)
            mask = cv2.resize(mask, (max(2, int(mask.shape[1] * k)), max(2, int(mask.shape[0] * k)))).astype(np.float32)
            mh, mw = mask.shape
            if at + mw >= w or mh >= h:
                break
            y = (h - mh) // 2
            m = mask[:, :, None] / 255
            image[y : y + mh, at : at + mw] = image[y : y + mh, at : at + mw] * (1 - m) + ink * m
            at += mw + int(rng.integers(2, 14))
    return np.clip(image, 0, 255).astype(np.uint8)


class Scene:
    """A training scene at several scales, and its plate."""

    def __init__(self, image, quad, colour, rows, more):
        k = min(1.0, KEPT_SIDE / max(image.shape[:2]))
        if k < 1:
            image = cv2.resize(image, None, fx=k, fy=k, interpolation=cv2.INTER_AREA)
        self.levels = [image]
        while max(self.levels[-1].shape[:2]) > 300:
            self.levels.append(cv2.resize(self.levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        self.quad = quad * k
        self.colour, self.rows, self.more = colour, rows, more


def scenes(folder, fold):
    """(training scenes, held-out (picture, quad, colour, rows) at full size)."""
    corners, train, held = real.quads(), [], []
    for row in real.rows(folder):
        if row["file"] not in corners:
            continue
        image = cv2.imdecode(np.fromfile(os.path.join(folder, "plates", row["file"]), np.uint8), 1)
        quad, colour = corners[row["file"]], COLOURS.index(row["colour"])
        if real.held_out(row["plate"], fold):
            held.append((image, quad, colour, int(row["rows"])))
        else:
            train.append(Scene(image, quad, colour, int(row["rows"]), bool(row["other_plates"])))
    return train, held


def size_of(quad):
    return float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2


def look(rng, scene, want, centre):
    """The scene through another lens: (picture, 2x3 matrix), the scene's point `centre` anywhere inside."""
    s = want / max(8.0, size_of(scene.quad))
    angle = rng.normal(0, 0.07) if rng.random() < 0.65 else rng.uniform(-0.65, 0.65)
    shear = rng.normal(0, 0.06) if rng.random() < 0.75 else rng.uniform(-0.35, 0.35)
    tall = np.exp(rng.normal(0, 0.09))
    a = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.array([[1, shear], [0, tall]]) * s
    if rng.random() < 0.3:
        a[:, 0] *= -1
    at = np.array([rng.uniform(0.06, 0.94) * WIDTH, rng.uniform(0.06, 0.94) * HEIGHT])
    m = np.hstack([a, (at - a @ centre)[:, None]])
    level = 0
    while level + 1 < len(scene.levels) and s * 2 ** (level + 1) <= 1.3:
        level += 1
    source = scene.levels[level]
    back = scene.levels[0].shape[1] / source.shape[1]
    inner = m.copy()
    inner[:, :2] *= back
    border = cv2.BORDER_REPLICATE if rng.random() < 0.4 else cv2.BORDER_CONSTANT
    picture = cv2.warpAffine(source, inner, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=(114, 114, 114))
    return picture, m


def through(m, quad):
    moved = quad @ m[:, :2].T + m[:, 2]
    if np.linalg.det(m[:, :2]) < 0:  # Mirrored: keep the corners clockwise from the upper left.
        moved = moved[[1, 0, 3, 2]]
    return moved.astype(np.float32)


def lay(rng, picture, image, quad, match=True):
    """Lays `image` into the quad, in the light of the place."""
    h, w = picture.shape[:2]
    x0, y0 = np.maximum(0, np.floor(quad.min(0)).astype(int) - 2)
    x1, y1 = np.minimum([w, h], np.ceil(quad.max(0)).astype(int) + 3)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return False
    wide = size_of(quad)
    k = wide * 1.3 / image.shape[1]
    if k < 0.8:
        image = cv2.resize(image, (max(4, int(image.shape[1] * k)), max(3, int(image.shape[0] * k))), interpolation=cv2.INTER_AREA)
    ph, pw = image.shape[:2]
    src = np.array([[0, 0], [pw, 0], [pw, ph], [0, ph]], np.float32)
    m = cv2.getPerspectiveTransform(src, (quad - [x0, y0]).astype(np.float32))
    size = (int(x1 - x0), int(y1 - y0))
    part = picture[y0:y1, x0:x1].astype(np.float32)
    over = cv2.warpPerspective(image, m, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    mask = cv2.warpPerspective(np.full((ph, pw), 255, np.uint8), m, size, flags=cv2.INTER_LINEAR).astype(np.float32)[:, :, None] / 255
    if match:
        light = part.mean() / 110
        gain = np.clip(light, 0.15, 1.5) ** rng.uniform(0, 0.9) * rng.uniform(0.6, 1.3)
        over = over * gain + rng.uniform(-12, 25)
    if rng.random() < 0.5:
        sigma = rng.uniform(0.2, max(0.3, wide / 70))
        over = cv2.GaussianBlur(over, (0, 0), sigma)
    if rng.random() < 0.15:  # Something before it: a bar, a bull's horn, a rope.
        n = int(rng.integers(1, max(2, size[1] // 3)))
        x, shade = int(rng.integers(size[0])), rng.uniform(0, 255)
        cv2.line(over, (x, 0), (int(x + rng.normal(0, size[0] / 3)), size[1]), (shade,) * 3, n)
    picture[y0:y1, x0:x1] = np.clip(part * (1 - mask) + over * mask, 0, 255)
    return True


def somewhere(rng, want, shape):
    """A quad about `want` wide, of `shape` (height to width), tilted as plates are, anywhere."""
    slope = rng.normal(0, 0.06) if rng.random() < 0.65 else rng.uniform(-0.65, 0.65)
    shear = rng.normal(0, 0.06) if rng.random() < 0.75 else rng.uniform(-0.35, 0.35)
    narrow = rng.uniform(0.6, 1.0) if rng.random() < 0.3 else 1.0
    h = want * shape
    q = np.array([[-want / 2, -h / 2], [want / 2, -h / 2], [want / 2, h / 2], [-want / 2, h / 2]]) * [narrow, 1]
    turn = np.array([[np.cos(slope), -shear], [np.sin(slope), 1.0]])
    q = q @ turn.T + rng.normal(0, 0.015, (4, 2)) * want
    c = [rng.uniform(0.05, 0.95) * WIDTH, rng.uniform(0.05, 0.95) * HEIGHT]
    return (q + c).astype(np.float32)


def wanted_width(rng):
    return float(np.exp(rng.uniform(np.log(15), np.log(270)) if rng.random() < 0.4 else rng.uniform(np.log(28), np.log(170))))


def free(quad, taken):
    (x0, y0), (x1, y1) = quad.min(0), quad.max(0)
    for other in taken:
        (a0, b0), (a1, b1) = other.min(0), other.max(0)
        if x0 < a1 and a0 < x1 and y0 < b1 and b0 < y1:
            return False
    return True


def background(rng):
    """Made-up: blobs, panels and edges in colour."""
    channels = [render.texture(rng, WIDTH, HEIGHT) for _ in range(3)]
    mix = rng.uniform(0, 1)
    grey = channels[0]
    image = np.stack([c * mix + grey * (1 - mix) for c in channels], 2)
    for _ in range(int(rng.integers(0, 14))):
        x, y = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
        w, h = int(rng.integers(5, 200)), int(rng.integers(4, 120))
        shade = tuple(float(v) for v in np.clip(rng.uniform(0, 255) + rng.normal(0, 35, 3), 0, 255))
        if rng.random() < 0.7:
            cv2.rectangle(image, (x, y), (x + w, y + h), shade, -1 if rng.random() < 0.6 else 2)
        else:
            cv2.ellipse(image, (x, y), (w // 2, h // 2), rng.uniform(0, 180), 0, 360, shade, -1)
    return np.clip(image, 0, 255).astype(np.uint8)


def light(rng, picture):
    """Light, colour, haze, noise and compression of the whole picture."""
    x = picture.astype(np.float32)
    if rng.random() < 0.7:
        gain = rng.uniform(0.25, 1.0) if rng.random() < 0.25 else rng.uniform(0.7, 1.4)
        x = x * gain + rng.uniform(-20, 30)
    if rng.random() < 0.4:
        x = x * rng.uniform(0.8, 1.2, 3)
    if rng.random() < 0.1:
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * rng.uniform(0, 0.7)
    if rng.random() < 0.2:
        field = cv2.resize(rng.uniform(0.4, 1.4, (2, 3)).astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        x = x * field[:, :, None]
    if rng.random() < 0.25:
        x = cv2.GaussianBlur(x, (0, 0), rng.uniform(0.3, 1.3))
    if rng.random() < 0.12:
        x = render.moved(x, int(rng.integers(2, 9)), rng.uniform(0, np.pi))
    if rng.random() < 0.4:
        x = x + rng.normal(0, rng.uniform(1, 9), (HEIGHT, WIDTH, 1))
    x = np.clip(x, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        x = cv2.imdecode(cv2.imencode(".jpg", x, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])[1], 1)
    return x


class Composer:
    """Draws training pictures; everything comes from `rng`."""

    def __init__(self, rng, glyphs, train, faces=1200, boards=250):
        self.scenes = train
        self.faces = [face(rng, glyphs) for _ in range(faces)]
        self.boards = [board(rng, glyphs) for _ in range(boards)]

    def draw(self, rng):
        """(picture, plates [(quad, colour, rows)], known): what is outside `known` (x0 y0 x1 y1) says nothing."""
        plates, known, taken = [], (0, 0, WIDTH, HEIGHT), []
        kind = rng.random()
        if kind < 0.10:
            picture = background(rng)
        else:
            scene = self.scenes[rng.integers(len(self.scenes))]
            want = wanted_width(rng)
            centre = scene.quad.mean(0)
            if kind > 0.85:  # Away from the plate: what vehicles, streets and toll gates look like.
                h, w = scene.levels[0].shape[:2]
                centre = np.array([rng.uniform(0, w), rng.uniform(0, h)])
                want = wanted_width(rng) * rng.uniform(0.6, 1.6)
            picture, m = look(rng, scene, want, centre)
            quad = through(m, scene.quad)
            if scene.more:
                (x0, y0), (x1, y1) = quad.min(0), quad.max(0)
                known = (x0 - (x1 - x0) * 0.6, y0 - (y1 - y0) * 0.8, x1 + (x1 - x0) * 0.6, y1 + (y1 - y0) * 0.8)
            taken.append(quad)
            if kind < 0.50:
                plates.append((quad, scene.colour, scene.rows))
            elif kind < 0.78:  # Another plate on the same vehicle.
                image, colour, rows = self.faces[rng.integers(len(self.faces))]
                over = quad.copy()
                if rows == 2:  # Twice as high in its mounting.
                    down = (quad[3] - quad[0] + quad[2] - quad[1]) / 2 * 0.3
                    over = over + np.array([-1, -1, 1, 1])[:, None] * down
                over = over + rng.normal(0, 0.008, (4, 2)) * size_of(quad)
                mid = over.mean(0)
                over = ((over - mid) * rng.uniform(1.03, 1.15) + mid).astype(np.float32)
                lay(rng, picture, image, over)
                plates.append((over, colour, rows))
                taken[0] = over
            elif kind < 0.85:
                if rng.random() < 0.5:
                    mid = quad.mean(0)
                    over = ((quad - mid) * rng.uniform(1.1, 1.3) + mid).astype(np.float32)
                    lay(rng, picture, self.boards[rng.integers(len(self.boards))], over)
                    taken[0] = over
                else:
                    hole = np.zeros(picture.shape[:2], np.uint8)
                    cv2.fillConvexPoly(hole, np.int32((quad - quad.mean(0)) * 1.2 + quad.mean(0)), 255)
                    soft = cv2.GaussianBlur(picture, (0, 0), max(1.0, size_of(quad) / 5))
                    picture = np.where(hole[:, :, None] > 0, soft, picture)
            else:
                plates.append((quad, scene.colour, scene.rows))
        for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.45, 0.3, 0.15, 0.1]))):
            quad = somewhere(rng, wanted_width(rng), rng.uniform(0.15, 0.7))
            if free(quad, taken) and not (known[2] - known[0] < WIDTH and plates):
                lay(rng, picture, self.boards[rng.integers(len(self.boards))], quad)
                taken.append(quad)
        for _ in range(int(rng.choice([0, 1, 2], p=[0.55, 0.35, 0.1])) if kind > 0.10 else 1):
            image, colour, rows = self.faces[rng.integers(len(self.faces))]
            quad = somewhere(rng, wanted_width(rng), image.shape[0] / image.shape[1] * rng.uniform(0.85, 1.15))
            if free(quad, taken) and lay(rng, picture, image, quad):
                plates.append((quad, colour, rows))
                taken.append(quad)
        return light(rng, picture), plates, known
