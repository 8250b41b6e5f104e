"""Whether a model obeys its sentences: measured on phantoms, by a classifier that has seen no generated image.

    python3 sentence_control.py --model M --dataset D --phantoms P --raygen build/release/bin/raygen --out report.json [--images 500] [--set steps=32]

P is a folder that `raygen phantom` made, D what `raygen prepare table` made of it, M a model trained on D. "Real" is a phantom as drawn.
Written are report.json and, beside it, classifier.safetensors (used again when it is there) and the images in report-images/.

  classifier      Trained on real phantoms and, with --classifier-reconstructions, also on what the VQ-GAN makes of some of them, so that it
                  knows a finding without its finest grain. AUROC of each finding on the test split, and how often the side of a one-sided finding is right.
  reconstruction  Test images encoded and decoded: PSNR, the codes in use, and AUROC and sides again: what the tokens keep.
  control         An image of each report of the test split: AUROC of the report's findings, right sides of one-sided findings.
  negation        Images of "No pneumothorax." and the like, alone and beside another finding: how often the classifier finds none. Its
                  threshold is that of equal error rates on the validation split. Beside it, how often it finds none in real test images
                  without the finding: no model can be expected to do better.
  diversity       MS-SSIM of two images of one report: generated, and two different phantoms whose reports have the very same words.
                  As torchmetrics computes it, but with a window of 7 pixels (σ 0.95) at 128 pixels: the usual 11 ask for 176.
"""

import argparse
import csv
import json
import subprocess
from collections import defaultdict
from pathlib import Path

import torch

from raygen_reference.classifier import read_classifier, train_classifier
from raygen_reference.metrics import auroc, equal_error_threshold, ms_ssim, psnr
from raygen_reference.phantoms import FINDINGS, ONE_SIDED, Phantoms, read_csv, read_phantoms
from raygen_reference.png import read_png
from raygen_reference.safetensors import read_safetensors, write_safetensors

NEGATIONS = {
    "Atelectasis": ("No atelectasis.",),
    "Cardiomegaly": ("Heart size is normal.", "No cardiomegaly."),
    "Consolidation": ("No focal consolidation.",),
    "Edema": ("No pulmonary edema.",),
    "Fracture": ("No acute fracture.",),
    "Lung Lesion": ("No lung nodule or mass.",),
    "Lung Opacity": ("The lungs are clear.",),
    "Pleural Effusion": ("No pleural effusion.", "No pleural effusion or pneumothorax."),
    "Pneumonia": ("No evidence of pneumonia.",),
    "Pneumothorax": ("No pneumothorax.", "There is no pneumothorax."),
}


def negations_of(finding):
    """Each alone, and after a sentence about another finding."""
    other = "Moderate cardiomegaly." if finding in ("Pleural Effusion", "Lung Opacity") else "Moderate left pleural effusion."
    return [sentence for negation in NEGATIONS[finding] for sentence in (negation, f"{other} {negation}")]


class Raygen:
    """The command on one model, its files in one folder."""

    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, command, *arguments):
        line = [self.arguments.raygen, command, "--model", self.arguments.model, "--quiet", *arguments]
        result = subprocess.run([str(part) for part in line], capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"raygen {command}: exit code {result.returncode}\n{result.stderr}")

    def generate(self, name, prompts, count=1):
        """→ [prompts · count,1,H,W], the images of a prompt one after the other."""
        print(f"{name}: generating {len(prompts) * count} images", flush=True)
        table, out = self.folder / f"{name}.csv", self.folder / name
        with open(table, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["prompt"], *([prompt] for prompt in prompts)])
        settings = ["--seed", self.arguments.seed, *(part for each in self.arguments.set for part in ("--set", each))]
        self.run("generate", "--prompts", table, "--out", out, "--count", count, "--batch-size", 8, "--grey", "--resume", *settings)
        return torch.stack([read_png(out / row["img_savename"]) for row in read_csv(out / "images.csv")])

    def reconstruct(self, paths):
        """→ [B,1,H,W], token ids [B,N]."""
        tokens, out = self.folder / "tokens.safetensors", self.folder / "reconstruction"
        self.run("encode", "--out", tokens, *paths)
        self.run("decode", tokens, "--out", out, "--grey")
        return torch.stack([read_png(out / f"{i:05}.png") for i in range(len(paths))]), read_safetensors(tokens)["token_ids"]


def with_reconstructions(data, raygen, count):
    """`data`, and its first `count` images again as the VQ-GAN gives them back."""
    if not count:
        return data
    print(f"classifier: reconstructing {count} images", flush=True)
    again = data.select(range(min(count, len(data.texts))))
    again.pixels = (raygen.reconstruct(again.paths)[0][:, 0] * 255).round().to(torch.uint8)
    return Phantoms(*(torch.cat([one, other]) for one, other in zip(data.tensors(), again.tensors())), data.texts + again.texts,
                    data.paths + again.paths)


def load_classifier(path, arguments, raygen):
    if path.exists():
        return read_classifier(path)
    train = read_phantoms(arguments.dataset, arguments.phantoms, ("train",))
    train = with_reconstructions(train, raygen, arguments.classifier_reconstructions)
    print(f"classifier: training on {arguments.classifier_images} images", flush=True)
    model = train_classifier(train, seen=arguments.classifier_images, seed=arguments.seed)
    write_safetensors(path, model.state_dict())
    return model


def judge(model, images, data):
    """AUROC of each finding; of the one-sided findings, the share whose own side has the higher logit."""
    findings, sides = model.judge(images)
    area = {name: auroc(findings[:, i], data.findings[:, i]) for i, name in enumerate(FINDINGS)}
    right = (sides[..., 0] > sides[..., 1]) == data.sides[..., 0]
    asked = data.one_sided()
    share = {name: right[asked[:, i], i].double().mean().item() for i, name in enumerate(ONE_SIDED)}
    return {"images": len(images), "auroc": area, "mean_auroc": sum(area.values()) / len(area), "right_side": share,
            "one_sided": int(asked.sum()), "mean_right_side": right[asked].double().mean().item()}


def measure_reconstruction(raygen, model, test, codebook):
    images, tokens = raygen.reconstruct(test.paths)
    quality = psnr(images, test.images())
    return {"psnr": quality.mean().item(), "lowest_psnr": quality.min().item(), "codebook": codebook,
            "codebook_used": len(tokens.unique()) / codebook, **judge(model, images, test)}


def judge_real(model, validation, test):
    """Of each finding its threshold, and the share of real test images without the finding in which the classifier does not see it."""
    seen, real = model.judge(validation.images())[0], model.judge(test.images())[0]
    thresholds = [equal_error_threshold(seen[:, i], validation.findings[:, i]) for i in range(len(FINDINGS))]
    return [(threshold, (real[~test.findings[:, i], i] < threshold).double().mean().item()) for i, threshold in enumerate(thresholds)]


def measure_negations(raygen, model, real, images_each):
    """Of each finding, the share of images in which the classifier does not see it; real: of judge_real()."""
    result = {}
    for i, name in enumerate(FINDINGS):
        threshold, absent_of_real = real[i]
        sentences = negations_of(name)
        made = raygen.generate(f"no {name.lower()}", sentences, count=max(images_each // len(sentences), 1))
        absent = (model.judge(made)[0][:, i] < threshold).double().view(len(sentences), -1)
        result[name] = {
            "images": absent.numel(),
            "absent": absent.mean().item(),
            "absent_of_real": absent_of_real,
            "sentences": dict(zip(sentences, absent.mean(1).tolist())),
        }
    return {"findings": result, "mean_absent": sum(each["absent"] for each in result.values()) / len(result)}


def measure_diversity(raygen, data, pairs, seed):
    """Two images of each of `pairs` reports that two phantoms share."""
    same = defaultdict(list)
    for i in torch.randperm(len(data.texts), generator=torch.Generator().manual_seed(seed)).tolist():
        same[data.texts[i]].append(i)
    texts = [text for text, images in same.items() if len(images) > 1][:pairs]
    real = [data.select([same[text][k] for text in texts]).images() for k in range(2)]
    made = raygen.generate("diversity", texts, count=2)
    return {"pairs": len(texts), "ms_ssim": ms_ssim(made[::2], made[1::2]).mean().item(), "ms_ssim_of_real": ms_ssim(*real).mean().item()}


def judgements(report):
    """Name, value, whether it is at least the goal (or, for MS-SSIM, below it), the goal."""
    control, reconstruction, diversity = (report[key] for key in ("control", "reconstruction", "diversity"))
    least = min(report["negation"]["findings"].items(), key=lambda item: item[1]["absent"])
    ceiling = diversity["ms_ssim_of_real"] + 0.1
    at_least = [
        ("reconstruction PSNR, dB", reconstruction["psnr"], 30),
        ("codebook in use", reconstruction["codebook_used"], 0.6),
        ("mean AUROC", control["mean_auroc"], 0.95),
        ("lowest AUROC", min(control["auroc"].values()), 0.85),
        ("right side", control["mean_right_side"], 0.9),
        ("no pneumothorax where denied", report["negation"]["findings"]["Pneumothorax"]["absent"], 0.95),
        (f"fewest: no {least[0].lower()} where denied", least[1]["absent"], 0.95),
    ]
    rows = [{"name": name, "value": value, "goal": f">= {goal}", "met": value >= goal} for name, value, goal in at_least]
    rows.append({"name": "MS-SSIM of two images of a prompt", "value": diversity["ms_ssim"], "goal": f"< {ceiling:.3f}",
                 "met": diversity["ms_ssim"] < ceiling})
    return rows


def print_report(report):
    columns = ("classifier", "reconstruction", "control")
    print(f"\n{'':18}{'real':>16}{'reconstructed':>16}{'generated':>16}{'denied':>16}")
    print(f"{'':18}" + f"{'AUROC':>9}{'side':>7}" * 3 + f"{'absent':>9}{'real':>7}")
    for name in FINDINGS:
        cells = [f"{report[key]['auroc'][name]:9.3f}{report[key]['right_side'].get(name, float('nan')):7.2f}" for key in columns]
        denied = report["negation"]["findings"][name]
        print(f"{name:18}{''.join(cells)}{denied['absent']:9.2f}{denied['absent_of_real']:7.2f}".replace("nan", "  -"))
    means = "".join(f"{report[key]['mean_auroc']:9.3f}{report[key]['mean_right_side']:7.2f}" for key in columns)
    print(f"{'mean':18}{means}{report['negation']['mean_absent']:9.2f}\n")
    for row in report["goals"]:
        print(f"{row['name']:44}{row['value']:8.3f}  {row['goal']:10}{'met' if row['met'] else 'MISSED'}")


def add_classifier_options(parser):
    parser.add_argument("--classifier-images", type=int, default=48000, help="that the classifier sees in training (default 48000)")
    parser.add_argument("--classifier-reconstructions", type=int, default=0, metavar="N",
                        help="training images that the classifier sees reconstructed, too (default 0)")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "dataset", "phantoms", "raygen", "out"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--images", type=int, default=500, help="of reports of the test split (default 500)")
    parser.add_argument("--negation-images", type=int, default=40, help="of each finding (default 40)")
    parser.add_argument("--pairs", type=int, default=100, help="whose MS-SSIM is averaged (default 100)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="a sampling option of the images, repeatable (default: as the model wants to be asked)")
    parser.add_argument("--seed", type=int, default=0, help="of the images, and of what is chosen here")
    parser.add_argument("--classifier", type=Path, help="its file (default: classifier.safetensors beside the report)")
    add_classifier_options(parser)
    return parser.parse_args()


@torch.no_grad()
def main():
    arguments = parse_arguments()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    raygen = Raygen(arguments, arguments.out.with_name(f"{arguments.out.stem}-images"))
    with torch.enable_grad():
        model = load_classifier(arguments.classifier or arguments.out.with_name("classifier.safetensors"), arguments, raygen)
    validation, test, everything = (read_phantoms(arguments.dataset, arguments.phantoms, splits)
                                    for splits in (("val",), ("test",), ("train", "val", "test")))
    asked = test.select(range(min(arguments.images, len(test.texts))))
    manifest = json.loads((arguments.model / "raygen.json").read_text())
    report = {
        "settings": {"seed": arguments.seed, "set": arguments.set},
        "classifier": judge(model, test.images(), test),
        "reconstruction": measure_reconstruction(raygen, model, asked, manifest["parts"]["vqgan"]["architecture"]["codebook"]),
        "control": judge(model, raygen.generate("control", asked.texts), asked),
        "negation": measure_negations(raygen, model, judge_real(model, validation, test), arguments.negation_images),
        "diversity": measure_diversity(raygen, everything, arguments.pairs, arguments.seed),
    }
    report["goals"] = judgements(report)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")
    print_report(report)


if __name__ == "__main__":
    main()
