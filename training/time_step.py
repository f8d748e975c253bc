"""Times PyTorch on the step that `bench/train-step.ts` times: a layer of 50,368 x 3,072, 4,096 positions, AdamW, float32.

    pip install torch
    python training/time_step.py --steps 3 [--block 4096]

Without --block, all logits are there at once and autograd computes the gradient; with it, as here, blocks of vocabulary
rows are gone through twice and hold little. Processor seconds count, where other work shares the machine.
"""

import argparse
import resource
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--rows", type=int, default=50_368)
parser.add_argument("--width", type=int, default=3_072)
parser.add_argument("--batch", type=int, default=4_096)
parser.add_argument("--block", type=int)
parser.add_argument("--steps", type=int, default=3)
args = parser.parse_args()
torch.manual_seed(0)
layer = torch.nn.Linear(args.width, args.rows)
optimizer = torch.optim.AdamW(layer.parameters(), lr=1e-3, weight_decay=0.01)
features = torch.rand(args.batch, args.width) * 2 - 1
targets = torch.arange(args.batch) * 7919 % args.rows


def whole_gradient() -> None:
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(layer(features), targets).backward()


@torch.no_grad()
def gradient_in_blocks(size: int) -> None:
    weight, bias = layer.weight, layer.bias
    starts = range(0, args.rows, size)
    logits = lambda start: torch.addmm(bias[start : start + size], features, weight[start : start + size].T)
    totals = torch.logsumexp(torch.stack([logits(start).logsumexp(1) for start in starts]), 0)
    weight.grad = torch.empty_like(weight) if weight.grad is None else weight.grad
    bias.grad = torch.empty_like(bias) if bias.grad is None else bias.grad
    for start in starts:
        error = (logits(start) - totals[:, None]).exp_()
        here = (targets >= start) & (targets < start + size)
        error[here.nonzero()[:, 0], targets[here] - start] -= 1
        error /= args.batch
        torch.mm(error.T, features, out=weight.grad[start : start + size])
        bias.grad[start : start + size] = error.sum(0)


for step in range(args.steps):
    wall, processor = time.perf_counter(), time.process_time()
    whole_gradient() if args.block is None else gradient_in_blocks(args.block)
    optimizer.step()
    print(f"step {step}: {time.perf_counter() - wall:.1f} s, {time.process_time() - processor:.1f} processor seconds")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; peak {peak:.0f} MiB")
