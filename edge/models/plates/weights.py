"""What both trainings do with weights: a running mean, and the files that the program takes in."""

import hashlib
import math
import os
import signal

import torch


class Stop:
    """True once the process was asked to end (SIGTERM): the step is finished and kept first."""

    def __init__(self):
        self.asked = False
        signal.signal(signal.SIGTERM, self.ask)

    def ask(self, *_):
        self.asked = True

    def __bool__(self):
        return self.asked


def pace(optimiser, step, steps, peak):
    """Sets the step's learning rate: up in a line over a tenth of all steps, down in half a cosine."""
    warm = max(1, steps // 10)
    if step <= warm:
        rate = peak * (0.04 + 0.96 * step / warm)
    else:
        rate = peak * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm))))
    for group in optimiser.param_groups:
        group["lr"], group["betas"] = rate, (0.9, 0.999)


@torch.no_grad()
def mean_into(mean, net, keep):
    """Moves `mean` towards `net`: the mean of the last few hundred steps is steadier than the last step."""
    for kept, new in zip(mean.state_dict().values(), net.state_dict().values()):
        if kept.dtype.is_floating_point:
            kept.mul_(keep).add_(new, alpha=1 - keep)
        else:
            kept.copy_(new)


def export(net, sample, path, given, gives, axes=None):
    """Writes ONNX, opset 13, and its SHA-256 beside it."""
    net.eval()
    torch.onnx.export(
        net, (sample,), path, opset_version=13, dynamo=False, input_names=[given], output_names=gives, dynamic_axes=axes
    )
    with open(path, "rb") as written:
        digest = hashlib.sha256(written.read()).hexdigest()
    with open(path + ".sha256", "w", encoding="utf-8") as out:
        out.write(f"{digest}  {os.path.basename(path)}\n")
    print("exported", path, os.path.getsize(path), digest, flush=True)
