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
