"""raygen bench and benchmarks/compare.py: that what they print is whole and follows from what was measured, not how fast anything is."""

import json
import pathlib
import subprocess
import sys
import unittest

from command import COMMAND, UNSUPPORTED, USAGE, CommandTest, run

BENCHMARKS = pathlib.Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
import flops  # noqa: E402

TIMES = ("load_s", "text_s", "step_s", "vq_decode_s", "image_s")


class Bench(CommandTest):
    def test_every_figure_is_there(self):
        arguments = ("bench", "--model", self.model, "--repeat", 1, "--steps", 2)
        figures = json.loads(self.succeed(*arguments, "--json").stdout)
        for key in (*TIMES, "read_s", "matmul_gflops"):
            self.assertGreater(figures[key], 0)
        self.assertGreater(figures["peak_memory_bytes"], 1 << 20)
        self.assertEqual((figures["precision"], figures["device"], figures["steps"]), ("float32", "cpu", 2))
        table = self.succeed(*arguments).stdout
        for word in ("load", "text encoder", "step", "VQ decode", "image: 2 steps", "GFLOP/s", "memory"):
            self.assertIn(word, table)

    def test_bfloat16_is_measured_or_refused(self):
        result = run("bench", "--model", self.model, "--precision", "bfloat16", "--repeat", 1, "--json")
        if result.returncode == 0:
            self.assertEqual(json.loads(result.stdout)["precision"], "bfloat16")
        else:
            self.assertEqual(result.returncode, UNSUPPORTED)
            self.assertIn("bfloat16", json.loads(result.stdout)["error"]["message"])

    def test_wrong_usage(self):
        self.fail_with(USAGE, "--reference", "bench", "--reference", "peer.py")
        self.fail_with(USAGE, "bench-worker", "bench-worker")


class Compare(CommandTest):
    def compare(self, *arguments):
        command = (sys.executable, BENCHMARKS / "compare.py", "--raygen", COMMAND, "--model", self.model, "--precision", "float32", *arguments)
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def peer(self, result):
        return self.file("peer.py", f"import json, sys\nassert '--json' in sys.argv\nprint('noise')\nprint(json.dumps({result!r}))\n")

    def test_table_and_ratios(self):
        slow = {"name": "eager", "precision": "float32", **{key: 1000.0 for key in TIMES}, "peak_memory_bytes": 5}
        arguments = ("--repeat", 2, "--reference", self.peer(slow))
        output = json.loads(self.compare(*arguments, "--json"))
        ours, eager = output["results"]
        self.assertAlmostEqual(ours["times_as_fast_as_eager"], 1000 / ours["image_s"])
        work = 3 * output["step_gflop"] + output["vq_decode_gflop"]
        self.assertAlmostEqual(ours["gflops"], work / ours["image_s"])
        self.assertAlmostEqual(ours["fraction_of_peak"], ours["gflops"] / ours["matmul_gflops"])
        self.assertEqual((eager["image_s"], eager["times_as_fast_as_eager"]), (1000, 1))
        table = self.compare(*arguments)
        for word in ("raygen float32", "PyTorch eager", "VQ decode", "GFLOP/s", "of peak", "memory"):
            self.assertIn(word, table)

    def test_a_peer_that_fails_is_told(self):
        broken = self.file("broken.py", "import sys\nsys.exit(3)\n")
        self.assertIn("exit code 3", self.compare("--repeat", 1, "--reference", broken))
        self.assertIn("lacks a time", self.compare("--repeat", 1, "--reference", self.peer({"name": "eager"})))
        results = json.loads(self.compare("--repeat", 1, "--no-reference", "--json"))["results"]
        self.assertEqual([result["name"] for result in results], ["raygen float32"])

    def test_the_work_of_a_small_model(self):
        decoder = {"tokens": 2, "hidden": 4, "intermediate": 8, "attention": "normal", "layers": 1, "codebook": 5}
        attention = 4 * 2 * 2 * 4 * 4 + 2 * 2 * 2 * 2 * 4  # four projections of two rows, scores and sums
        text = 2 * 2 * 2 * 4 * 4 + 2 * 2 * 3 * 4 * 4 + 2 * 2 * 2 * 3 * 4  # two of two rows, two of three
        self.assertEqual(flops.decoder_step(decoder, 3), attention + text + 2 * 2 * 4 * 16 + 2 * 2 * 8 * 4 + 2 * 2 * 4 * 5)
        vqgan = {"channel_multipliers": [1], "resolution": 2, "channels": 3, "embedding": 1, "z_channels": 2, "decoder_mid_attention": False,
                 "residual_blocks": 0, "decoder_attention": [False], "out_channels": 1}
        pixels = 2 * 2 * 2
        self.assertEqual(flops.vqgan_decode(vqgan), pixels * (1 * 2 + 9 * 2 * 3 + 3 * 2 * 9 * 3 * 3 + 9 * 3 * 1))


if __name__ == "__main__":
    unittest.main()
