"""Draws the curves of trainings as SVG, by tokens seen: validation, bits per byte, mean over sources; or training losses.

    python plot_curves.py --run runs/causal --run runs/causal-decayed --out causal.svg
    python plot_curves.py --training-loss --run runs/causal --run runs/causal-decayed --out causal-loss.svg

Each run is a line, or one per mask rate. The axis of tokens is linear.
"""

import argparse
import json
from pathlib import Path

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 56, 190, 16, 44
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f")
TICKS = 5

Points = list[tuple[float, float]]


def main() -> None:
    arguments = parse_arguments()
    read, what = (read_losses, "training loss") if arguments.training_loss else (read_validations, "validation, bits per byte")
    lines = {label: points for run in arguments.run for label, points in read(run).items()}
    arguments.out.write_text(draw(lines, what))


def read_log(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def read_losses(run: Path) -> dict[str, Points]:
    """By label, (millions of tokens, natural logarithm per token)."""
    losses = {entry["tokens"] / 1e6: entry["loss"] for entry in read_log(run) if "loss" in entry}
    return {run.name: list(losses.items())}


def read_validations(run: Path) -> dict[str, Points]:
    """By label, (millions of tokens, bits per byte)."""
    lines: dict[str, dict[float, float]] = {}
    for entry in read_log(run):
        for case, sources in entry.get("bitsPerByte", {}).items():
            label = run.name if case == "all" else f"{run.name}, rate {case}"
            # A run that was killed repeats what it had not saved; the later line holds.
            lines.setdefault(label, {})[entry["tokens"] / 1e6] = sources["mean"]
    return {label: list(points.items()) for label, points in lines.items()}


def draw(lines: dict[str, Points], what: str) -> str:
    points = [point for line in lines.values() for point in line]
    most = max(x for x, _ in points) or 1
    # The first validations, of untrained models, would squeeze the rest.
    low, high = min(y for _, y in points), sorted(y for _, y in points)[int(0.95 * (len(points) - 1))]
    high = max(high, low + 0.1)

    def place(x: float, y: float) -> str:
        across = LEFT + x / most * (WIDTH - LEFT - RIGHT)
        down = TOP + (high - min(y, high)) / (high - low) * (HEIGHT - TOP - BOTTOM)
        return f"{across:.1f},{down:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for tick in range(TICKS + 1):
        x, y = most * tick / TICKS, low + (high - low) * tick / TICKS
        across, down = place(x, low).split(",")[0], place(0, y).split(",")[1]
        parts.append(f'<path d="M{LEFT} {down}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{float(down) + 4:.1f}" text-anchor="end">{y:.2f}</text>')
        parts.append(f'<text x="{across}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:.3g}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 8}">million tokens; vertical: {what}</text>')
    for index, (label, line) in enumerate(lines.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(place(x, y) for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{TOP + 14 + 18 * index}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>\n"])


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, action="append", required=True)
    parser.add_argument("--training-loss", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
