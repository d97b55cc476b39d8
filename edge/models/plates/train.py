"""Trains detector and reader from scratch, both at once, and writes their ONNX files and SHA-256.

    python train.py --data ../../../../shared/data [--seed 1] [--fold 0|1|all] [--work FOLDER] [--out FOLDER]

Two processes of one thread each; progress on standard output. Stopped and started again with the same `--work`, both
go on from their last checkpoint.
"""

import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--data", default=os.path.join(HERE, "../../../../shared/data"))
    args.add_argument("--seed", default="1")
    args.add_argument("--work", default="/tmp/plates-training")
    args.add_argument("--fold", default="0")
    args.add_argument("--out", default=HERE)
    args = args.parse_args()
    shared = ["--data", args.data, "--seed", args.seed, "--work", args.work, "--fold", args.fold, "--out", args.out]
    both = [
        subprocess.Popen([sys.executable, os.path.join(HERE, name), *shared])
        for name in ("train_detector.py", "train_reader.py")
    ]
    sys.exit(max(one.wait() for one in both))


if __name__ == "__main__":
    main()
