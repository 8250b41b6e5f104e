"""raygen bench: that what it prints is whole and follows from what was measured, not how fast anything is."""

import json
import sys
import unittest

from command import UNSUPPORTED, CommandTest, run

TIMES = ("load_s", "text_s", "step_s", "vq_decode_s", "image_s")


class Bench(CommandTest):
    def peer(self, result):
        return self.file("peer.py", f"import json, sys\nassert '--json' in sys.argv\nprint('noise')\nprint(json.dumps({result!r}))\n")

    def test_table_and_ratios(self):
        slow = {"name": "eager", "precision": "float32", **{key: 1000.0 for key in TIMES}, "peak_memory_bytes": 5}
        arguments = ("bench", "--model", self.model, "--precision", "float32", "--repeat", 2, "--python", sys.executable, "--reference",
                     self.peer(slow))
        output = json.loads(self.succeed(*arguments, "--json").stdout)
        ours, eager = output["results"]
        for key in TIMES:
            self.assertGreater(ours[key], 0)
        self.assertGreater(ours["peak_memory_bytes"], 1 << 20)
        self.assertAlmostEqual(ours["times_as_fast_as_eager"], 1000 / ours["image_s"])
        work = 3 * output["step_gflop"] + output["vq_decode_gflop"]
        self.assertAlmostEqual(ours["gflops"], work / ours["image_s"])
        self.assertAlmostEqual(ours["fraction_of_peak"], ours["gflops"] / ours["matmul_gflops"])
        self.assertEqual((eager["image_s"], eager["times_as_fast_as_eager"]), (1000, 1))
        table = self.succeed(*arguments).stdout
        for word in ("raygen float32", "PyTorch eager", "VQ decode", "GFLOP/s", "of peak", "memory"):
            self.assertIn(word, table)

    def test_a_peer_that_fails_is_told(self):
        broken = self.file("broken.py", "import sys\nsys.exit(3)\n")
        arguments = ("bench", "--model", self.model, "--precision", "float32", "--repeat", 1, "--python", sys.executable)
        self.assertIn("exit code 3", self.succeed(*arguments, "--reference", broken).stdout)
        self.assertIn("lacks a time", self.succeed(*arguments, "--reference", self.peer({"name": "eager"})).stdout)
        results = json.loads(self.succeed(*arguments, "--no-reference", "--json").stdout)["results"]
        self.assertEqual([result["name"] for result in results], ["raygen float32"])

    def test_bfloat16_is_measured_or_told_to_be_unsupported(self):
        result = run("bench", "--model", self.model, "--precision", "bfloat16", "--repeat", 1, "--no-reference", "--json")
        (measured,) = json.loads(result.stdout)["results"]
        if result.returncode == 0:
            self.assertEqual(measured["precision"], "bfloat16")
        else:
            self.assertEqual(result.returncode, UNSUPPORTED)
            self.assertIn("bfloat16", measured["error"])


if __name__ == "__main__":
    unittest.main()
