"""Results as a table in Markdown."""

from flops import decoder_step, vqgan_decode

BASE, PEAK = "eager-float32", "raygen-{}"


def work_of(parts):
    """Floating-point operations of a step and of a VQ decode, one image."""
    architecture = {name: part["architecture"] for name, part in parts.items()}
    return decoder_step(architecture["masked_decoder"], architecture["text_encoder"]["length"]), vqgan_decode(architecture["vqgan"])


def derive(figures, base, peak, image_flop):
    """Adds what follows from the times: work a second, its share of the machine's peak, the ratio to eager PyTorch."""
    if not figures:
        return figures
    figures["gflops"] = image_flop / figures["image_s"] / 1e9
    if peak:
        figures["fraction_of_peak"] = figures["gflops"] / peak
    if base:
        figures["times_as_fast_as_eager"] = base["image_s"] / figures["image_s"]
    return figures


def rows(results, peers, work, steps, batch):
    """[(peer, figures)], peers without results left out, and the errors of those that failed."""
    step, decode = work
    base = results.best(peer=BASE, steps=steps, batch=batch)
    found, failed = [], []
    for peer in peers:
        figures = results.best(peer=peer.key, steps=steps, batch=batch)
        peak = results.best(peer=PEAK.format(peer.precision)).get("matmul_gflops")
        if figures:
            found.append((peer, derive(figures, base, peak, steps * step + decode)))
        else:
            error = results.error(peer=peer.key, steps=steps, batch=batch)
            failed += [f"{peer.name}: {error}"] if error else []
    return found, failed


def markdown(found, best_of):
    """best_of: peers whose name is bold."""
    lines = ["| | text | step | VQ decode | image | against eager | of peak | memory |", "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for peer, figures in found:
        name = f"**{peer.name}**" if peer.key in best_of else peer.name
        times = (f"{figures[key]:.2f} s" for key in ("text_s", "step_s", "vq_decode_s", "image_s"))
        ratio = f"{figures['times_as_fast_as_eager']:.2f} ×" if "times_as_fast_as_eager" in figures else "–"
        share = f"{figures['fraction_of_peak']:.0%}" if "fraction_of_peak" in figures else "–"
        lines.append("| " + " | ".join((name, *times, ratio, share, f"{figures['peak_memory_bytes'] / 1e9:.2f} GB")) + " |")
    return "\n".join(lines)
