"""What both trainings do with weights: a running mean, and the files that the program takes in."""

import hashlib
import os

import torch


@torch.no_grad()
def mean_into(mean, net, keep):
    """Moves `mean` towards `net`: the mean of the last thousand steps is steadier than the last step."""
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
