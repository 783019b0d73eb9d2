"""The asymmetric unified focal loss in numba: loop.c in Python.

    fused.py PROBABILITIES LABELS VOXELS

speaks the protocol of ../peer.go.
"""

import sys
import time
from math import log, sqrt

import numba
import numpy as np

BLOCK = 4096  # voxels whose sums float32 can hold
LAMBDA, DELTA, SMOOTH = 0.5, 0.6, 1e-7
LOW, HIGH = np.float32(1e-7), np.float32(1 - 1e-7)
ZERO, ONE = np.float32(0), np.float32(1)

jit = numba.njit(fastmath=True)


def kernels(power):
    """Compiles the loops with a power of their own: sqrt, or any."""

    @jit
    def clamp(p):
        return min(max(p, LOW), HIGH)

    @jit
    def fold(p, labels, gamma, sums):
        for start in range(0, len(p), BLOCK):
            tp = fp = fn = tn = ce = focal = ZERO
            for i in range(start, min(start + BLOCK, len(p))):
                y = np.float32(labels[i])
                z, q = ONE - y, ONE - p[i]
                tp += y * p[i]
                fp += z * p[i]
                fn += y * q
                tn += z * q
                size = log(clamp(p[i] if labels[i] else q))
                ce -= y * size
                focal -= z * size * power(clamp(p[i]), gamma)
            sums[0] += tp
            sums[1] += fp
            sums[2] += fn
            sums[3] += tn
            sums[4] += ce
            sums[5] += focal

    @jit
    def pull(p, labels, gamma, region1, region0, a, b, gradient):
        for i in range(len(p)):
            inside = p[i] >= LOW and p[i] <= HIGH
            if labels[i]:
                gradient[i] = region1 - (a / p[i] if inside else ZERO)
            else:
                x, q = clamp(p[i]), clamp(ONE - p[i])
                g = b * power(x, gamma) * (ONE / q - gamma * log(q) / x)
                gradient[i] = region0 + (g if inside else ZERO)

    return fold, pull


root = kernels(jit(lambda q, gamma: sqrt(q)))
any_power = kernels(jit(lambda q, gamma: q**gamma))


def unlike(tp, fp, fn):
    """U of one class, and its derivatives by TP, FP and FN."""
    above = (1 - DELTA) * fp + DELTA * fn
    below = tp + above + SMOOTH
    scale = (tp + SMOOTH) / below**2
    return above / below, (-above / below**2, (1 - DELTA) * scale, DELTA * scale)


def run(p, labels, gamma, gradient):
    """Returns the loss and, where gradient is not None, fills it."""
    fold, pull = root if gamma == 0.5 else any_power
    sums, n = np.zeros(6), len(p)
    fold(p, labels, np.float32(gamma), sums)
    tp, fp, fn, tn, ce, focal = sums
    u0, d0 = unlike(tn, fn, fp)
    u1, d1 = unlike(tp, fp, fn)
    part = (1 - LAMBDA) / 2
    if gradient is not None:
        steep = (1 - gamma) * u1**-gamma if u1 > 0 else 0.0
        factors = (
            part * (steep * (d1[0] - d1[2]) - d0[1]),
            part * (steep * d1[1] + d0[2] - d0[0]),
            LAMBDA * DELTA / n,
            LAMBDA * (1 - DELTA) / n,
        )
        pull(p, labels, np.float32(gamma), *map(np.float32, factors), gradient)
    return LAMBDA * (DELTA * ce + (1 - DELTA) * focal) / n + part * (u0 + u1 ** (1 - gamma))


def main():
    voxels = int(sys.argv[3])
    p = np.fromfile(sys.argv[1], np.float32, voxels)
    labels = np.fromfile(sys.argv[2], np.uint8, voxels)
    gradient = np.ones_like(p)  # its pages are there before the clock runs
    for gamma in 0.5, 0.7:  # compiles
        run(p[:1000], labels[:1000], gamma, gradient[:1000])
    print("ready numba", numba.__version__, flush=True)
    for line in sys.stdin:
        name, gamma, _ = line.split()
        start = time.process_time()
        value = run(p, labels, float(gamma), gradient if name == "step" else None)
        seconds = time.process_time() - start
        size = 0.0
        if name == "step":
            size = sum(float(np.abs(g).sum(dtype=np.float64)) for g in np.array_split(gradient, 1 + voxels // (1 << 20)))
        print("%.9f %.12g %.12g" % (seconds, value, size), flush=True)


main()
