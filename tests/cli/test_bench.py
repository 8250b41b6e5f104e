"""raygen bench and benchmarks/peers.py: that what they print is whole and follows from what was measured, not how fast anything is."""

import json
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree

from command import COMMAND, UNSUPPORTED, USAGE, CommandTest, run

BENCHMARKS = pathlib.Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
import flops  # noqa: E402
from peer import table  # noqa: E402

TIMES = ("load_s", "text_s", "step_s", "vq_decode_s", "image_s")


class Bench(CommandTest):
    def test_every_figure_is_there(self):
        arguments = ("bench", "--model", self.model, "--repeat", 1, "--steps", 2)
        figures = json.loads(self.succeed(*arguments, "--json").stdout)
        for key in (*TIMES, "read_s", "matmul_gflops"):
            self.assertGreater(figures[key], 0)
        self.assertGreater(figures["peak_memory_bytes"], 1 << 20)
        self.assertEqual((figures["precision"], figures["device"], figures["steps"]), ("float32", "cpu", 2))
        printed = self.succeed(*arguments).stdout
        for word in ("load", "text encoder", "step", "VQ decode", "image: 2 steps", "GFLOP/s", "memory"):
            self.assertIn(word, printed)

    def test_a_batch(self):
        arguments = ("bench", "--model", self.model, "--repeat", 1, "--steps", 2, "--batch-size", 3)
        figures = json.loads(self.succeed(*arguments, "--json").stdout)
        self.assertEqual(figures["batch"], 3)
        self.assertGreater(figures["image_s"], 0)
        self.assertIn("3 images together", self.succeed(*arguments).stdout)
        self.fail_with(USAGE, "--batch-size", "bench", "--batch-size", 0)

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


class Peers(CommandTest):
    def compare(self, *arguments, status=0):
        command = (sys.executable, BENCHMARKS / "peers.py", "--raygen", COMMAND, "--model", self.model, "--work", self.folder / "work",
                   "--threads", 1, *arguments)
        result = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
        self.assertEqual(result.returncode, status, result.stderr)
        return result.stdout + result.stderr

    def results(self):
        return [json.loads(line) for line in (self.folder / "work/results.jsonl").read_text().splitlines()]

    def peer(self, result):
        return self.file("peer.py", f"import json, sys\nassert '--json' in sys.argv\nprint('noise')\nprint(json.dumps({result!r}))\n")

    def test_table_and_chart(self):
        slow = {"name": "eager", "precision": "float32", **{key: 1000.0 for key in TIMES}}
        arguments = ("--peers", "raygen-float32", "published", "--reference", self.peer(slow), "--rounds", 2)
        chart = self.folder / "speed.svg"
        table = self.compare(*arguments, "--chart", chart)
        for word in ("**libraygen float32**", "PyTorch as published", "VQ decode", "of peak", "memory", "1000.00 s", "Batch 1, 3 steps"):
            self.assertIn(word, table)
        texts = [element.text for element in xml.etree.ElementTree.parse(chart).iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("libraygen float32", texts)
        self.assertIn("1000.0 s", texts)
        results = self.results()
        self.assertEqual([result["peer"] for result in results], ["published-float32", "raygen-float32"] * 2)
        self.assertTrue(all(result["peak_memory_bytes"] > 1 << 20 for result in results))  # from outside: the peer told none

    def test_a_run_goes_on_where_it_stopped(self):
        arguments = ("--peers", "raygen-float32", "--batch", 1, 2)
        self.assertIn("round 1 of 1", self.compare(*arguments, "--rounds", 1))
        self.assertNotIn("round", self.compare(*arguments, "--rounds", 1).replace("best of the rounds", ""))
        output = self.compare(*arguments, "--rounds", 2)
        self.assertIn("round 2 of 2", output)
        self.assertNotIn("round 1 of 2", output)
        self.assertEqual([result["batch"] for result in self.results()], [1, 2, 1, 2])

    def test_a_peer_that_fails_is_told(self):
        broken = self.file("broken.py", "import sys\nsys.exit(3)\n")
        arguments = ("--peers", "published", "--rounds", 1)
        self.assertIn("exit code 3", self.compare(*arguments, "--reference", broken, status=1))
        self.assertIn("lacks a time", self.compare(*arguments, "--reference", self.peer({"name": "eager"}), status=1))
        self.assertIn("no peer", self.compare("--peers", "tensorflow", status=2))

    def test_what_follows_from_the_times(self):
        figures = table.derive({"image_s": 2.0}, {"image_s": 5.0}, 10.0, 4e9)
        self.assertEqual((figures["gflops"], figures["fraction_of_peak"], figures["times_as_fast_as_eager"]), (2, 0.2, 2.5))
        self.assertNotIn("fraction_of_peak", table.derive({"image_s": 2.0}, {}, None, 4e9))

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
