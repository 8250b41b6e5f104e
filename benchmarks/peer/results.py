"""The file of results: one JSON object a line, one line for each process that ran. It only grows, so that an interrupted run goes on where it
stopped, and several runs fill one table."""

import json

LEAST = ("load_s", "first_image_s", "read_s", "text_s", "step_s", "vq_decode_s", "image_s")
MOST = ("peak_memory_bytes", "matmul_gflops", "logits_differ_by", "pixels_differ_by")


class Results:
    def __init__(self, path, setting):
        """setting: what all results have in common, such as the machine; lines of another setting are left alone."""
        self.path, self.setting, self.lines = path, setting, []
        if path.exists():
            for number, text in enumerate(path.read_text().splitlines(), 1):
                try:
                    line = json.loads(text)
                except ValueError:
                    raise SystemExit(f"{path}: line {number} is not the JSON object that was expected") from None
                if setting.items() <= line.items():
                    self.lines.append(line)

    def add(self, **line):
        line = {**self.setting, **line}
        self.lines.append(line)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")

    def of(self, **wanted):
        """Lines with figures."""
        return [line for line in self.lines if wanted.items() <= line.items() and "error" not in line]

    def best(self, **wanted):
        """The least of each time and the most memory; empty without results."""
        lines = self.of(**wanted)
        figures = {}
        for keys, better in ((LEAST, min), (MOST, max)):
            for key in keys:
                values = [line[key] for line in lines if isinstance(line.get(key), (int, float))]
                if values:
                    figures[key] = better(values)
        return {**lines[-1], **figures} if lines else {}

    def error(self, **wanted):
        return next((line["error"] for line in reversed(self.lines) if wanted.items() <= line.items() and "error" in line), "")
