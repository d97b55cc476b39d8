"""The reader's network: plain 3x3 convolutions, grey 48x168 in, CTC logits [n, classes, 1, 42] out."""

import torch.nn as nn

from alphabet import CLASSES

HEIGHT, WIDTH, STEPS = 48, 168, 42


def block(a, b, stride=1):
    return nn.Sequential(
        nn.Conv2d(a, b, 3, stride, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True)
    )


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            block(1, 16, 2),  # 24 x 84
            block(16, 32),
            nn.MaxPool2d(2),  # 12 x 42
            block(32, 64),
            block(64, 64),
            nn.MaxPool2d((2, 1)),  # 6 x 42
            block(64, 96),
            block(96, 112),
            nn.MaxPool2d((2, 1)),  # 3 x 42
            block(112, 128),
            nn.Conv2d(128, 176, (3, 5), 1, (0, 2), bias=False),  # 1 x 42
            nn.BatchNorm2d(176),
            nn.ReLU(inplace=True),
            nn.Dropout(0.1),
            nn.Conv2d(176, CLASSES, 1),
        )

    def forward(self, x):
        return self.layers(x)


CELL = 8  # Pixels of the picture to one cell of the detector's map.
REACH = 16.0  # A corner's offset of 1 is this many pixels.


class Detector(nn.Module):
    """Picture [n, 3, h, w] (h and w multiples of 32, values -1 to 1) → map [n, 16, h / 8, w / 8].

    Channels: heat of a plate's middle (logit), x and y from the cell's middle to the four corners clockwise from the
    upper left (in `REACH` pixels), two rows (logit), six colours (logits).
    """

    def __init__(self):
        super().__init__()
        self.fine = nn.Sequential(
            block(3, 16, 2), block(16, 24, 2), block(24, 40, 2), block(40, 40)
        )  # 1/8. The first quarter of the way costs most: each layer more there is 6 ms of a look.
        self.middle = nn.Sequential(block(40, 64, 2), block(64, 64), block(64, 64))  # 1/16
        self.coarse = nn.Sequential(block(64, 96, 2), block(96, 96), block(96, 96))  # 1/32
        self.down1 = nn.Conv2d(96, 64, 1)
        self.join1 = block(64, 64)
        self.down2 = nn.Conv2d(64, 40, 1)
        self.join2 = block(40, 48)
        self.head = nn.Conv2d(48, 16, 1)
        nn.init.constant_(self.head.bias[:1], -4.0)
        self.twice = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, x):
        fine = self.fine(x)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        middle = self.join1(middle + self.twice(self.down1(coarse)))
        return self.head(self.join2(fine + self.twice(self.down2(middle))))
