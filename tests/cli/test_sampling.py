"""How images are sampled, as the command is told: options, presets, config files, and how a model wants to be asked."""

import json
import unittest

from command import FORMAT, USAGE, CommandTest, Png


class Sampling(CommandTest):
    def settings(self, *arguments):
        self.generate("out", "--prompt", "a", *arguments)
        return json.loads(Png(self.folder / "out" / "00000.png").text["raygen"])

    def config(self, content):
        path = self.folder / "sampling.yaml"
        path.write_text(content, encoding="utf-8")
        return path

    def test_a_preset_is_named_and_changed(self):
        settings = self.settings("--preset", "raygen-report", "--temperature", 0.75)
        self.assertEqual((settings["steps"], settings["temperature"], settings["top_k_threshold"]), (3, 0.75, 0.5))
        self.assertNotIn("preset", settings)  # its values are what counts

    def test_config_set_and_option_win_in_this_order(self):
        path = self.config("steps: 2\ntemperature: 2\ntop_k_threshold: 0.25\n")
        settings = self.settings("--config", path, "--set", "temperature=3", "--set", "top_k_threshold=0.375", "--top-k-threshold", 0.125)
        self.assertEqual((settings["steps"], settings["temperature"], settings["top_k_threshold"]), (2, 3, 0.125))

    def test_what_is_printed_is_a_config(self):
        printed = self.succeed("generate", "--print-config", "--preset", "raygen-report", "--position-choice", "random").stdout
        self.assertIn("steps: 3", printed)
        for line in printed.splitlines()[1:]:
            self.assertRegex(line, r"^\w+: .* +# .")
        settings = self.settings("--config", self.config(printed))
        self.assertEqual((settings["steps"], settings["position_choice"]), (3, "random"))
        self.assertEqual(self.succeed("generate", "--model", self.model, "--print-config", "--config", self.config(printed)).stdout, printed)

    def test_what_is_wrong_is_named_before_a_model_is_opened(self):
        def refused(code, message, *arguments):
            self.fail_with(code, message, "generate", "--model", self.folder / "none", "--out", self.folder / "o", "--prompt", "a", *arguments)

        refused(USAGE, "1 to 1024", "--steps", 0)
        refused(USAGE, "0 or more", "--temperature", -1)
        refused(USAGE, "confidence", "--position-choice", "surest")
        refused(USAGE, "raygen-report", "--preset", "raygen-raport")
        for missing in ("--model", "--out"):
            arguments = {"--model": self.model, "--out": self.folder / "o"}
            del arguments[missing]
            self.fail_with(USAGE, missing, "generate", "--prompt", "a", *sum(map(list, arguments.items()), []))

    def test_what_a_config_has_wrong(self):
        def refused(code, message, *arguments):
            self.fail_with(code, message, "generate", "--model", self.model, "--out", self.folder / "o", "--prompt", "a", *arguments)

        refused(USAGE, "unknown key 'stesp'; the nearest is steps", "--set", "stesp=3")
        refused(FORMAT, "sampling.yaml, line 2: unknown key 'temprature'; the nearest is temperature", "--config",
                self.config("steps: 3\ntemprature: 1\n"))

    def test_help_has_every_key_with_its_default(self):
        text = " ".join(self.succeed("generate", "--help").stdout.split())
        for words in ("--steps", "18, unless the model says otherwise", "--top-k-threshold", "0 to below 1", "confidence, maskgit"):
            self.assertIn(words, text)

    def test_info_tells_how_the_model_wants_to_be_asked(self):
        sampling = json.loads(self.succeed("info", "--model", self.model, "--json").stdout)["sampling"]
        self.assertEqual((sampling["steps"], sampling["temperature"], sampling["schedule"]), (18, 1.0, "cosine"))

    def test_prompts_are_mixed(self):
        pair = ("--prompt", "a", "--prompt", "b c", "--mix", "0.75,0.25", "--count", 2, "--seed", 3, "--steps", 3)
        self.generate("mixed", *pair)
        image = self.folder / "mixed" / "00001.png"
        self.assertFalse((self.folder / "mixed" / "00002.png").exists())
        self.assertEqual(Png(image).text["Description"], "0.75 x a + 0.25 x b c")
        self.assertEqual(json.loads(Png(image).text["raygen"])["prompts"], [{"prompt": "a", "weight": 0.75}, {"prompt": "b c", "weight": 0.25}])
        made = image.stat().st_mtime_ns
        self.generate("mixed", *pair, "--resume")
        self.assertEqual(image.stat().st_mtime_ns, made)
        self.generate("again", "--like", image)
        self.assertEqual((self.folder / "again" / "00001.png").read_bytes(), image.read_bytes())
        for weights, message in (("1", "--mix: 1 weights for 2 prompts"), ("1,0", "--mix"), ("1,-1", "--mix")):
            self.fail_with(USAGE, message, "generate", "--model", self.model, "--out", self.folder / "o", "--prompt", "a", "--prompt", "b",
                           "--mix", weights)

    def test_a_row_of_prompts_has_its_own_config(self):
        table = self.folder / "prompts.csv"
        table.write_text('prompt,config\na,\na,"{steps: 2, position_choice: halton}"\na,raygen-report\n', encoding="utf-8")
        self.generate("rows", "--prompts", table, "--steps", 4, "--batch-size", 3)
        made = [json.loads(Png(self.folder / "rows" / f"0000{i}.png").text["raygen"]) for i in range(3)]
        self.assertEqual([(each["steps"], each["position_choice"]) for each in made], [(4, "confidence"), (2, "halton"), (3, "confidence")])
        for i, each in enumerate(made):  # as each is alone
            self.generate("alone", "--prompt", "a", "--first-image", i, "--steps", each["steps"], "--position-choice", each["position_choice"],
                          "--temperature", each["temperature"], "--top-k-threshold", each["top_k_threshold"])
            self.assertEqual((self.folder / "alone" / f"0000{i}.png").read_bytes(), (self.folder / "rows" / f"0000{i}.png").read_bytes())
        before = (self.folder / "rows" / "00001.png").stat().st_mtime_ns
        self.generate("rows", "--prompts", table, "--steps", 4, "--resume")
        self.assertEqual((self.folder / "rows" / "00001.png").stat().st_mtime_ns, before)
        table.write_text("prompt,config\na,stesp: 2\n", encoding="utf-8")
        self.fail_with(FORMAT, "unknown key 'stesp'", "generate", "--model", self.model, "--out", self.folder / "o", "--prompts", table)


if __name__ == "__main__":
    unittest.main()
