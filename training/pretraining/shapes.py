"""Models from settings, and their optimizers.

Knows Hugging Face configurations that `lacuna pack build` follows; knows no data.
"""

import math

import torch
import transformers
from torch import nn

from precision import Float32Muon, has_bfloat16
from windows import BOS, EOS, PAD

CLASSES = {
    "Llama": ("LlamaConfig", "LlamaForCausalLM"),
    "Olmo2": ("Olmo2Config", "Olmo2ForCausalLM"),
    "ModernBertDecoder": ("ModernBertDecoderConfig", "ModernBertDecoderForCausalLM"),
    "ModernBert": ("ModernBertConfig", "ModernBertForMaskedLM"),
}


def make_model(settings: dict, vocabulary: int) -> nn.Module:
    """A model with fresh weights. `settings`: `architecture`, `config` and `seed`."""
    torch.manual_seed(settings["seed"])
    config_name, model_name = CLASSES[settings["architecture"]]
    frame = {"pad_token_id": PAD, "bos_token_id": BOS, "eos_token_id": EOS}
    if "ModernBert" in config_name:
        frame |= {"cls_token_id": BOS, "sep_token_id": EOS}
    config = getattr(transformers, config_name)(
        **frame, **settings["config"], vocab_size=vocabulary, tie_word_embeddings=True
    )
    config._attn_implementation = "sdpa"
    return getattr(transformers, model_name)(config)


def make_optimizers(model: nn.Module, settings: dict) -> list[torch.optim.Optimizer]:
    """Muon for matrices between embedding and output, AdamW for the rest; or AdamW for all. Rates are set at each step."""
    inner = [parameter for name, parameter in model.named_parameters() if parameter.dim() == 2 and "layers." in name]
    chosen = {id(parameter) for parameter in inner}
    outer = [parameter for parameter in model.parameters() if id(parameter) not in chosen]
    adam = {"betas": (0.9, 0.98), "eps": 1e-9}
    if settings["optimizer"] == "adamw":
        groups = [{"params": inner, "weight_decay": settings["weightDecay"]}, {"params": outer, "weight_decay": 0.0}]
        return [torch.optim.AdamW(groups, lr=settings["rate"], **adam)]
    muon = torch.optim.Muon if has_bfloat16(inner[0].device.type) else Float32Muon
    matrices = muon(
        inner, lr=settings["rate"], momentum=0.95, weight_decay=settings["weightDecay"], adjust_lr_fn="match_rms_adamw"
    )
    return [matrices, torch.optim.AdamW(outer, lr=settings["outerRate"], weight_decay=0.0, **adam)]


def rate_share(step: int, schedule: dict) -> float:
    """Of the full learning rate, at a step from 0: warm-up, a constant, and where `decaySteps` is set a linear decay to 0.

    The decay begins at `decayFrom`.
    """
    share = min(1.0, (step + 1) / schedule["warmUpSteps"])
    if schedule.get("decaySteps"):
        share *= min(1.0, max(0.0, 1 - (step - schedule["decayFrom"]) / schedule["decaySteps"]))
    return share


def parameter_count(model: nn.Module) -> int:
    return sum(math.prod(parameter.shape) for parameter in model.parameters())
