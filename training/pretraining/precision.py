"""Where bfloat16 pays: on CUDA, and on processors that multiply it. Elsewhere it is emulated, at a tenth of float32's speed."""

import torch


def has_bfloat16(device_type: str) -> bool:
    return device_type == "cuda" or torch.cpu._is_avx512_bf16_supported()


class Float32Muon(torch.optim.Muon):
    """`torch.optim.Muon` with `adjust_lr_fn="match_rms_adamw"`, its Newton–Schulz iteration in float32 instead of bfloat16."""

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for matrix in group["params"]:
                self._step_one(matrix, group)

    def _step_one(self, matrix: torch.Tensor, group: dict) -> None:
        state = self.state[matrix]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(matrix)
        momentum = state["momentum_buffer"].lerp_(matrix.grad, 1 - group["momentum"])
        direction = orthogonal(matrix.grad.lerp(momentum, group["momentum"]), group)
        matrix.mul_(1 - group["lr"] * group["weight_decay"])
        matrix.add_(direction, alpha=-group["lr"] * 0.2 * max(matrix.shape) ** 0.5)


def orthogonal(update: torch.Tensor, group: dict) -> torch.Tensor:
    """(M, N) → (M, N) with singular values near 1, by the iteration and coefficients of `group`."""
    a, b, c = group["ns_coefficients"]
    is_tall = update.shape[0] > update.shape[1]
    x = update.T if is_tall else update
    x = x / x.norm().clamp(min=group["eps"])
    for _ in range(group["ns_steps"]):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if is_tall else x
