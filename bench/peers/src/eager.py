"""The asymmetric unified focal loss in PyTorch, in the ordinary eager way.

    eager.py PROBABILITIES LABELS VOXELS

speaks the protocol of ../peer.go.
"""

import sys
import time

import numpy as np
import torch

EPSILON, SMOOTH = 1e-7, 1e-7


def unlike(tp, fp, fn, delta):
    above = (1 - delta) * fp + delta * fn
    return above / (tp + above + SMOOTH)


def loss(p, labels, gamma, weight=0.5, delta=0.6):
    y = labels.to(p.dtype)
    clamped = p.clamp(EPSILON, 1 - EPSILON)
    ce = -y * torch.log(clamped)
    focal = -(1 - y) * clamped**gamma * torch.log(1 - clamped)
    voxels = (delta * ce + (1 - delta) * focal).mean()

    tp, fp = (y * p).sum(), ((1 - y) * p).sum()
    fn, tn = (y * (1 - p)).sum(), ((1 - y) * (1 - p)).sum()
    foreground = unlike(tp, fp, fn, delta) ** (1 - gamma)
    background = unlike(tn, fn, fp, delta)
    return weight * voxels + (1 - weight) * (foreground + background) / 2


def run(name, p, labels, gamma, clock=time.perf_counter):
    """Returns the seconds of a pass, the loss and the sum of the gradient's sizes."""
    p = p.detach()
    p.requires_grad = name != "forward"
    start = clock()
    with torch.set_grad_enabled(p.requires_grad):
        value = loss(p, labels, gamma)
    if name == "step":
        value.backward()
    result = value.item()
    seconds = clock() - start
    if p.grad is None:
        return seconds, result, 0
    return seconds, result, float(sum(g.abs().sum(dtype=torch.float64) for g in p.grad.split(1 << 20)))


def main():
    voxels = int(sys.argv[3])
    p = torch.from_numpy(np.fromfile(sys.argv[1], np.float32, voxels))
    labels = torch.from_numpy(np.fromfile(sys.argv[2], np.uint8, voxels))
    for name in "forward", "graph", "step":  # what the first call alone costs
        run(name, p[:1000].clone(), labels[:1000], 0.5)
    print("ready PyTorch", torch.__version__, flush=True)
    for line in sys.stdin:
        name, gamma, threads = line.split()
        torch.set_num_threads(int(threads))
        clock = time.process_time if int(threads) == 1 else time.perf_counter
        print("%.9f %.12g %.12g" % run(name, p, labels, float(gamma), clock), flush=True)


main()
