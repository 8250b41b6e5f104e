"""raygen embed."""

import hashlib
import json
import math
import shutil
import struct
import unittest

from command import IO, LENGTH, NUMERIC, PROJECTION, USAGE, WIDTH, CommandTest, read_safetensors

PROMPTS = ["no effusion", "A much longer sentence that is cut because the model reads no more."]


class Embed(CommandTest):
    def embed(self, *arguments):
        file = self.folder / "e.safetensors"
        result = self.succeed("embed", "--model", self.model, "--out", file, *arguments)
        return read_safetensors(file), result

    def test_shapes_and_normalisation(self):
        tensors, result = self.embed("--prompt", PROMPTS[0], "--prompt", PROMPTS[1], "--json")
        shapes = {name: shape for name, (shape, _) in tensors.items()}
        self.assertEqual(shapes, {"input_ids": [2, LENGTH], "attention_mask": [2, LENGTH], "last_hidden_state": [2, LENGTH, WIDTH],
                                  "normalized": [2, LENGTH, WIDTH], "projection": [2, PROJECTION]})
        ids, mask = tensors["input_ids"][1], tensors["attention_mask"][1]
        count = json.loads(result.stdout)["token_counts"][0]
        self.assertEqual((ids[0], ids[count - 1]), (2, 3))
        self.assertEqual(list(mask[:LENGTH]), [1] * count + [0] * (LENGTH - count))
        self.assertEqual(ids[2 * LENGTH - 1], 3)
        hidden, normalized = tensors["last_hidden_state"][1], tensors["normalized"][1]
        for channel in range(WIDTH):
            norm = math.sqrt(sum(hidden[p * WIDTH + channel] ** 2 for p in range(LENGTH)))
            for p in range(LENGTH):
                self.assertAlmostEqual(normalized[p * WIDTH + channel], hidden[p * WIDTH + channel] / norm, places=5)
        for i in range(2):
            self.assertAlmostEqual(sum(v * v for v in tensors["projection"][1][i * PROJECTION : (i + 1) * PROJECTION]), 1, places=5)
        self.assertIn("prompt 2", result.stderr)
        self.assertEqual(json.loads(result.stdout)["truncated"], ["prompt 2"])

    def test_batches_and_files_agree(self):
        one, _ = self.embed("--prompts", self.file("p.csv", "prompt\n" + "".join(f"finding {i}\n" for i in range(5))))
        three, _ = self.embed("--prompts", self.folder / "p.csv", "--batch-size", 3)
        self.assertEqual(one["input_ids"], three["input_ids"])
        for a, b in zip(one["last_hidden_state"][1], three["last_hidden_state"][1]):
            self.assertAlmostEqual(a, b, places=5)

    def test_refused(self):
        self.fail_with(USAGE, "--prompt", "embed", "--model", self.model, "--out", self.folder / "e")
        self.fail_with(IO, "no folder", "embed", "--model", self.model, "--prompt", "a", "--out", self.folder / "none" / "e")

    def test_embeddings_that_are_not_finite_are_not_written(self):
        model = self.folder / "model"
        shutil.copytree(self.model, model)
        path = model / "text_encoder.safetensors"
        data = bytearray(path.read_bytes())
        (size,) = struct.unpack("<Q", data[:8])
        for name, entry in json.loads(data[8 : 8 + size]).items():
            if name.endswith("LayerNorm.weight"):
                begin, end = (8 + size + offset for offset in entry["data_offsets"])
                data[begin:end] = struct.pack("<f", 3e38) * ((end - begin) // 4)  # finite, and too large for what follows
        path.write_bytes(data)
        manifest = json.loads((model / "raygen.json").read_text())
        manifest["parts"]["text_encoder"]["files"][path.name]["sha256"] = hashlib.sha256(data).hexdigest()
        (model / "raygen.json").write_text(json.dumps(manifest))
        self.fail_with(NUMERIC, "NaN or infinity", "embed", "--model", model, "--prompt", "a", "--out", self.folder / "e.safetensors")
        self.assertFalse((self.folder / "e.safetensors").exists())


if __name__ == "__main__":
    unittest.main()
