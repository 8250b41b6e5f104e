"""Usage, exit codes, and what is told about models."""

import json
import os
import pathlib
import subprocess
import unittest

from command import ARCHITECTURE, COMMAND, FORMAT, IO, LIMIT, TOKENS, USAGE, CommandTest, run


class DeletedDirectory(CommandTest):
    """The shell's folder was deleted: absolute paths work, relative ones are errors."""

    def in_deleted(self, *arguments):
        folder = self.folder / "deleted"
        folder.mkdir()

        def enter():
            os.chdir(folder)
            folder.rmdir()

        return run(*arguments, preexec_fn=enter)

    def test_absolute_paths_work(self):
        image = self.folder / "out" / "00000.png"
        for arguments in (
            ("generate", "--model", self.model, "--prompt", "a", "--steps", 1, "--out", image.parent),
            ("encode", image, "--model", self.model, "--out", self.folder / "tokens.safetensors"),
            ("decode", self.folder / "tokens.safetensors", "--model", self.model, "--out", self.folder / "decoded"),
            ("embed", "--model", self.model, "--prompt", "a", "--out", self.folder / "text.safetensors"),
            ("phantom", "--count", 2, "--size", 64, "--out", self.folder / "phantoms"),
            ("prepare", "table", "--csv", self.folder / "phantoms" / "phantoms.csv", "--size", 32, "--out", self.folder / "dataset"),
            ("info", "--model", self.model),
        ):
            with self.subTest(command=arguments[0]):
                result = self.in_deleted(*arguments)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_relative_paths_are_errors(self):
        image, model = pathlib.Path(__file__).parent.parent / "data" / "image" / "grey.jpg", self.model
        for arguments in (
            ("generate", "--model", model, "--prompt", "a", "--steps", 1, "--out", "out"),
            ("generate", "--model", "model", "--prompt", "a", "--out", self.folder / "out"),
            ("encode", image, "--model", model, "--out", "tokens.safetensors"),
            ("encode", "image.png", "--model", model, "--out", self.folder / "tokens.safetensors"),
            ("decode", "tokens.safetensors", "--model", model, "--out", self.folder / "out"),
            ("embed", "--model", model, "--prompt", "a", "--out", "text.safetensors"),
            ("phantom", "--count", 1, "--size", 64, "--out", "phantoms"),
            ("prepare", "table", "--csv", "a.csv", "--out", "dataset"),
            ("train", "--set", "data.dataset=dataset", "--set", "out=run"),
            ("convert", "--decoder", "decoder.ckpt", "--vqgan", "vqgan.ckpt", "--out", "model"),
            ("info", "--model", "model"),
        ):
            with self.subTest(command=arguments):
                result = self.in_deleted(*arguments)
                self.assertEqual(result.returncode, IO, result.stderr)
                self.assertRegex(result.stderr, "^raygen: .*")


class Usage(CommandTest):
    def test_help_lists_every_command_and_exit_code(self):
        text = self.succeed("--help").stdout
        for word in ("convert", "generate", "encode", "decode", "embed", "info", "bench", "Exit codes", "130"):
            self.assertIn(word, text)
        self.assertNotIn("create-random", text)
        for command in ("convert", "generate", "encode", "decode", "embed", "info", "bench"):
            self.assertIn("Exit codes", self.succeed(command, "--help").stdout)

    def test_version(self):
        self.assertRegex(self.succeed("--version").stdout, r"^raygen \d+\.\d+\.\d+\n$")

    def test_wrong_usage(self):
        generate = ("generate", "--model", self.model, "--out", self.folder / "out")
        self.fail_with(USAGE, "command")
        self.fail_with(USAGE, "unknown", "unknown")
        self.fail_with(USAGE, "--nonsense", *generate, "--prompt", "a", "--nonsense")
        self.fail_with(USAGE, "--model", "generate", "--prompt", "a", "--out", "out")
        self.fail_with(USAGE, "--out", "generate", "--model", self.model, "--prompt", "a")
        self.fail_with(USAGE, "--prompt", *generate)
        self.fail_with(USAGE, "--prompt", *generate, "--prompt", "a", "--prompts", "b.csv")
        for option, value in (("--steps", "0"), ("--steps", "x"), ("--temperature", "-1"), ("--temperature", "nan"),
                              ("--top-k-threshold", "1"), ("--seed", "-1"), ("--seed", str(2**64)), ("--first-image", "1.5"),
                              ("--count", "0"), ("--batch-size", "0"),
                              ("--bit-depth", "12"), ("--precision", "float64"), ("--device", "tpu"), ("--device", "cuda:x"),
                              ("--threads", "0")):
            with self.subTest(option=option, value=value):
                result = run(*generate, "--prompt", "a", option, value)
                self.assertEqual(result.returncode, USAGE, result.stderr)
                self.assertNotEqual(result.stderr, "")
        self.assertFalse((self.folder / "out").exists())

    def test_an_empty_prompt_names_its_place(self):
        self.fail_with(USAGE, "prompt 2", "generate", "--model", self.model, "--out", self.folder / "out", "--prompt", "a", "--prompt", "  ")

    def test_a_prompt_that_is_not_utf8_names_its_place(self):
        csv = self.file("latin1.csv", "prompt\nNo finding\nÉpanchement\n".encode("latin-1"))
        generate = ("generate", "--model", self.model, "--out", self.folder / "out")
        self.fail_with(FORMAT, "latin1.csv, line 3: the prompt is not UTF-8", *generate, "--prompts", csv)
        self.fail_with(USAGE, "prompt 1: the prompt is not UTF-8", *generate, "--prompt", os.fsdecode(b"\xc9panchement"))
        self.assertFalse((self.folder / "out").exists())

    def test_a_prompt_of_a_megabyte_is_over_the_limit(self):
        # One argument of a process may not be so long; a file may hold it.
        csv = self.file("long.csv", "prompt\n" + "a" * (1 << 20) + "\n")
        self.fail_with(LIMIT, "long.csv, line 2", "generate", "--model", self.model, "--out", self.folder / "out", "--prompts", csv)
        self.assertFalse((self.folder / "out").exists())


class Libraries(unittest.TestCase):
    def test_no_library_is_looked_for_in_the_current_folder(self):
        """An empty entry in the search path means the current folder."""
        for line in subprocess.run(["readelf", "-d", COMMAND], capture_output=True, text=True, check=True).stdout.splitlines():
            if "(RUNPATH)" in line or "(RPATH)" in line:
                path = line[line.index("[") + 1 : line.rindex("]")]
                self.assertTrue(all(entry.startswith(("/", "$ORIGIN")) for entry in path.split(":")), path)
                return
        self.fail("the command has no search path")


class Models(CommandTest):
    def test_a_model_that_is_missing_or_broken(self):
        def generate(code, message, model):
            self.fail_with(code, message, "generate", "--model", model, "--prompt", "a", "--out", self.folder / "out")
            self.assertFalse((self.folder / "out").exists())

        generate(IO, "missing", self.folder / "missing")
        generate(FORMAT, "raygen.json", self.folder)
        (self.folder / "raygen.json").write_text("{")
        generate(FORMAT, "raygen.json", self.folder)

    def test_cuda_where_there_is_none_is_a_clear_error(self):
        build = json.loads(self.succeed("info", "--json").stdout)
        if build["cuda"] and "cuda_problem" not in build:
            self.skipTest("there is a CUDA device")
        result = run("info", "--model", self.model, "--device", "cuda")
        self.assertEqual(result.returncode, 8, result.stderr)
        self.assertIn(build.get("cuda_problem", "this LibTorch was built without CUDA"), result.stderr)

    def test_wrong_usage_is_told_as_json_too(self):
        for arguments in (["--model", "m"], ["--model", "m", "--prompt", "a", "--out", "o", "--steps", "0"]):
            result = run("generate", "--json", *arguments)
            self.assertEqual((result.returncode, json.loads(result.stdout)["error"]["exit_code"]), (USAGE, USAGE))

    def test_a_prompt_of_nothing_but_spaces_is_empty(self):
        for prompt in ("  ", "\u00a0\u3000", "\u200b"):
            self.fail_with(USAGE, "is empty", "generate", "--model", self.model, "--prompt", prompt, "--out", self.folder / "out")
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_errors_are_told_as_json_too(self):
        result = run("info", "--model", self.folder / "missing", "--json")
        self.assertEqual(result.returncode, IO)
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["exit_code"], IO)
        self.assertIn("missing", error["message"])
        self.assertIn(error["message"], result.stderr)

    def test_info(self):
        build = json.loads(self.succeed("info", "--json").stdout)
        self.assertIn("libtorch", build)
        self.assertIn(build["version"], self.succeed("info").stdout)
        info = json.loads(self.succeed("info", "--model", self.model, "--memory", "--json").stdout)
        self.assertEqual({name: part["architecture"] for name, part in info["parts"].items()}, ARCHITECTURE)
        self.assertEqual(info["tokens"]["height"] * info["tokens"]["width"], TOKENS)
        self.assertEqual(info["precision"], "float32")
        self.assertRegex(info["sha256"], "^[0-9a-f]{64}$")
        self.assertGreater(info["memory_bytes"], 0)
        self.assertIn(info["sha256"], self.succeed("info", "--model", self.model).stdout)

    def test_convert_of_what_is_no_checkpoint(self):
        text = self.file("text.ckpt", "hello")
        out = self.folder / "converted"
        self.fail_with(IO, "missing.ckpt", "convert", "--decoder", self.folder / "missing.ckpt", "--vqgan", text, "--out", out)
        self.fail_with(FORMAT, "text.ckpt", "convert", "--decoder", text, "--vqgan", text, "--out", out)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["text.ckpt"])

    def test_a_model_is_replaced_only_when_that_is_asked_for(self):
        text, before = self.file("text.ckpt", "hello"), (self.model / "raygen.json").read_bytes()
        self.fail_with(IO, "--force", "convert", "--decoder", text, "--vqgan", text, "--out", self.model)
        self.fail_with(FORMAT, "text.ckpt", "convert", "--decoder", text, "--vqgan", text, "--out", self.model, "--force")
        self.assertEqual((self.model / "raygen.json").read_bytes(), before)

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([COMMAND, "info"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
        self.assertEqual(result.returncode, IO, result.stderr)


if __name__ == "__main__":
    unittest.main()
