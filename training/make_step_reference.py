"""Writes what PyTorch's AdamW makes of a small linear layer in three steps.

    pip install torch
    python training/make_step_reference.py test/fixtures/fusion-step.json
"""

import json
import sys

import torch

V, D, B, STEPS = 11, 6, 5, 3
RATE, DECAY = 0.02, 0.1

torch.manual_seed(3)
layer = torch.nn.Linear(D, V)
features = torch.randn(STEPS, B, D)
targets = torch.randint(0, V, (STEPS, B))
start = {"weight": layer.weight.flatten().tolist(), "bias": layer.bias.tolist()}
# As here, biases are not shrunk.
groups = [{"params": [layer.weight], "weight_decay": DECAY}, {"params": [layer.bias], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.999), eps=1e-8)
losses = []
for step in range(STEPS):
    loss = torch.nn.functional.cross_entropy(layer(features[step]), targets[step])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
reference = {
    "torch": torch.__version__,
    "rowCount": V,
    "width": D,
    "rate": RATE,
    "weightDecay": DECAY,
    "start": start,
    "features": features.flatten(1).tolist(),
    "targets": targets.tolist(),
    "losses": losses,
    "end": {"weight": layer.weight.flatten().tolist(), "bias": layer.bias.tolist()},
}
with open(sys.argv[1], "w") as file:
    json.dump(reference, file)
    file.write("\n")
