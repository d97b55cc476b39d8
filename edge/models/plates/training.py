"""What both trainings share: arguments, the loop with its checkpoints, a running mean of the weights, and the files that
the program takes in."""

import argparse
import hashlib
import math
import os
import signal
import time

import cv2
import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments(steps, lr):
    """The command line of a training whose defaults are what the released weights were trained with."""
    args = argparse.ArgumentParser()
    args.add_argument("--data", default=os.path.join(HERE, "../../../../shared/data"))
    args.add_argument("--steps", type=int, default=steps)
    args.add_argument("--seed", type=int, default=1)
    args.add_argument("--lr", type=float, default=lr)
    args.add_argument("--fold", default="0", choices=["0", "1", "all"], help="which half is held out")
    args.add_argument("--work", default="/tmp/plates-training", help="folder of the checkpoint")
    args.add_argument("--out", default=HERE, help="folder of the ONNX file")
    args.add_argument("--export-only", action="store_true")
    args = args.parse_args()
    os.makedirs(args.work, exist_ok=True)
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(args.seed)
    return args


class Training:
    """A network, the running mean of its weights, its optimiser and its dice, as one checkpoint keeps them."""

    def __init__(self, args, name, new_net, most_gradient):
        self.args, self.name, self.most_gradient = args, name, most_gradient
        self.checkpoint = os.path.join(args.work, name + ".pt")
        self.net, self.mean = new_net(), new_net()
        self.mean.load_state_dict(self.net.state_dict())
        print("parameters", sum(p.numel() for p in self.net.parameters()), flush=True)

    def export(self, sample, given, gives, axes=None):
        """Writes the mean of the last checkpoint's weights."""
        self.mean.load_state_dict(torch.load(self.checkpoint, weights_only=False)["mean"])
        export(self.mean, sample, os.path.join(self.args.out, self.name + ".onnx"), given, gives, axes)

    def run(self, rng, loss_of_step, measured, often):
        """All steps, from the checkpoint if there is one; False if it was stopped before the end.

        `loss_of_step(net, rng, step)` gives a loss and the numbers to print of it; `measured(mean)` a line, every
        `often` steps."""
        args, net, mean = self.args, self.net, self.mean
        net.to(memory_format=torch.channels_last)
        mean.to(memory_format=torch.channels_last)
        best = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=0.01)
        first = 1
        if os.path.exists(self.checkpoint):
            kept = torch.load(self.checkpoint, weights_only=False)
            net.load_state_dict(kept["net"])
            mean.load_state_dict(kept["mean"])
            best.load_state_dict(kept["best"])
            rng.bit_generator.state = kept["rng"]
            torch.set_rng_state(kept["torch_rng"])
            first = kept["step"] + 1
        began, running, stop = time.time(), [], Stop()
        for step in range(first, args.steps + 1):
            loss, parts = loss_of_step(net, rng, step)
            best.zero_grad()
            loss.backward()
            pace(best, step, args.steps, args.lr)
            torch.nn.utils.clip_grad_norm_(net.parameters(), self.most_gradient)
            best.step()
            mean_into(mean, net, min(0.995, 1 - 1 / (step + 1)))
            running.append(parts)
            if step % 50 == 0:
                print(f"step {step} of {args.steps} loss {np.round(np.mean(running, 0), 4)} {time.time() - began:.0f} s", flush=True)
                running = []
            if step % often == 0 or step == args.steps:
                print("step", step, measured(mean), flush=True)
            if step % 100 == 0 or step == args.steps or stop:
                kept = {
                    "net": net.state_dict(), "mean": mean.state_dict(), "best": best.state_dict(),
                    "rng": rng.bit_generator.state, "torch_rng": torch.get_rng_state(), "step": step,
                }
                torch.save(kept, self.checkpoint + ".new")
                os.replace(self.checkpoint + ".new", self.checkpoint)
            if stop:
                print("stopped at step", step, flush=True)
                return False
        return True


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
