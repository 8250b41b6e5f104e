"""raygen generate --classes: how many images each class gets, from which wordings, and what lists them."""

import collections
import csv
import json
import unittest

from command import FORMAT, IO, USAGE, CommandTest, Png

WORDINGS = """\
classes:
  - name: Pneumothorax
    prompts: [large right pneumothorax, small left pneumothorax]
    count: 3
  - name: No Finding
    prompts: lungs are clear
    count: 0
  - name: "Größe: ½"
    count: 2
"""


class Classes(CommandTest):
    def made(self, out, *arguments):
        """Class, prompt, index and name of each image, as images.csv has them; data_info.json must agree, and the files be there."""
        self.generate(out, "--steps", 1, *arguments)
        rows = list(csv.DictReader((self.folder / out / "images.csv").read_text().splitlines()))
        info = json.loads((self.folder / out / "data_info.json").read_text())
        self.assertEqual(info, {"images": [row["img_savename"] for row in rows], "class": [row["class"] for row in rows]})
        for row in rows:
            png = Png(self.folder / out / row["img_savename"])
            self.assertEqual(png.text["Description"], row["prompt"])
            settings = json.loads(png.text["raygen"])
            self.assertEqual((settings["prompt"], settings["image"], settings["seed"]), (row["prompt"], int(row["image"]), int(row["seed"])))
        return [(row["class"], row["prompt"], int(row["image"])) for row in rows]

    def counts(self, content, *arguments, name="classes.yaml"):
        made = self.made(f"out{len(list(self.folder.iterdir()))}", "--classes", self.file(name, content), *arguments)
        return dict(collections.Counter(each[0] for each in made))

    def test_counts_and_wordings_in_turn(self):
        expected = [("Pneumothorax", "large right pneumothorax", 5), ("Pneumothorax", "small left pneumothorax", 6),
                    ("Pneumothorax", "large right pneumothorax", 7), ("Größe: ½", "Größe: ½", 8), ("Größe: ½", "Größe: ½", 9)]
        arguments = ("--first-image", 5, "--seed", 3)
        self.assertEqual(self.made("yaml", "--classes", self.file("classes.yaml", WORDINGS), *arguments), expected)
        as_json = json.dumps({"classes": [{"name": "Pneumothorax", "prompts": ["large right pneumothorax", "small left pneumothorax"], "count": 3},
                                          {"name": "Größe: ½", "count": "2"}]})
        self.assertEqual(self.made("json", "--classes", self.file("classes.JSON", as_json), "--total", 5, "--batch-size", 2, *arguments), expected)
        table = "prompt;class;count\nlarge right pneumothorax;Pneumothorax;3\n;Größe: ½;2\nsmall left pneumothorax;Pneumothorax;\n"
        self.assertEqual(self.made("csv", "--classes", self.file("classes.csv", table), *arguments), expected)
        pictures = [[path.read_bytes() for path in sorted((self.folder / out).glob("*.png"))] for out in ("yaml", "json", "csv")]
        self.assertEqual(pictures[0], pictures[1])
        self.assertEqual(pictures[0], pictures[2])
        # One of the class is the image of its prompt and index, alone as well.
        self.generate("alone", "--steps", 1, "--prompt", "small left pneumothorax", "--first-image", 6, "--seed", 3)
        self.assertEqual((self.folder / "alone/00006.png").read_bytes(), (self.folder / "yaml/00006.png").read_bytes())

    def test_a_total_is_shared_out_exactly(self):
        def classes(key, *values):
            return "classes:\n" + "".join(f"  - name: c{i}\n    {key}: {value}\n" for i, value in enumerate(values))

        equal = "classes: [{name: a}, {name: b}, {name: c}]"
        self.assertEqual(self.counts(equal, "--total", 8), {"a": 3, "b": 3, "c": 2})
        self.assertEqual(self.counts(classes("proportion", 0.5, 0.3, 0.2), "--total", 7), {"c0": 4, "c1": 2, "c2": 1})  # 3.5, 2.1, 1.4
        self.assertEqual(self.counts(classes("proportion", 2, 0, 1), "--total", 4), {"c0": 3, "c2": 1})  # 2.67, 0, 1.33
        self.assertEqual(self.counts(classes("proportion", *[0.1] * 10), "--total", 10), {f"c{i}": 1 for i in range(10)})
        self.assertEqual(self.counts(classes("frequency", 100, 300, 600), "--total", 9), {"c0": 6, "c1": 2, "c2": 1})  # 6, 2, 1
        self.assertEqual(self.counts("class,frequency\na,0.5\nb,0.125\n", "--total", 1, name="c.csv"), {"b": 1})

    def test_what_a_file_has_wrong(self):
        def refused(code, message, content, *arguments, name="classes.yaml"):
            with self.subTest(message):
                result = self.fail_with(code, message, "generate", "--model", self.folder / "none", "--out", self.folder / "o", "--classes",
                                        self.file(name, content), *arguments)
                self.assertIn(name, result.stderr)

        total = ("--total", 3)
        refused(FORMAT, "the count of the class \"a\" is \"-1\"; a whole number", "classes: [{name: a, count: -1}]")
        refused(FORMAT, "is \"1.5\"", "classes: [{name: a, count: 1.5}]")
        refused(FORMAT, "every count is 0", "classes: [{name: a, count: 0}]")
        refused(USAGE, "--total: 3 contradicts the counts", "classes: [{name: a, count: 2}]", *total)
        refused(USAGE, "--total N is required", "classes: [{name: a}]")
        refused(FORMAT, "is \"-0.5\"; a number of at least 0", "classes: [{name: a, proportion: -0.5}]", *total)
        refused(FORMAT, "is \"nan\"", "classes: [{name: a, proportion: nan}]", *total)
        refused(FORMAT, "every proportion is 0", "classes: [{name: a, proportion: 0}]", *total)
        refused(FORMAT, "the frequency of the class \"a\" is \"0\"; a number above 0", "classes: [{name: a, frequency: 0}]", *total)
        refused(FORMAT, "line 3: the class \"b\" has no count, proportion or frequency, and \"a\" has a count",
                "classes:\n- {name: a, count: 1}\n- {name: b}\n")
        refused(FORMAT, "one of count, proportion and frequency", "classes: [{name: a, count: 1, proportion: 2}]")
        refused(FORMAT, "line 3: the class \"a\" is there already", "classes:\n- {name: a}\n- {name: a}\n", *total)
        refused(FORMAT, "unknown key \"cuont\"", "classes: [{name: a, cuont: 1}]")
        refused(FORMAT, "unknown key \"total\"", "classes: [{name: a}]\ntotal: 3", *total)
        refused(FORMAT, "the class has no name", "classes: [{count: 1}]")
        refused(FORMAT, "the prompt is empty", "classes: [{name: a, prompts: ['  '], count: 1}]")
        refused(FORMAT, "the list of prompts is empty", "classes: [{name: a, prompts: [], count: 1}]")
        refused(FORMAT, "a class is a mapping", "classes: [a, b]", *total)
        refused(FORMAT, "there is no class", "classes: []", *total)
        refused(FORMAT, "a list \"classes\" was expected", "- a", *total)
        refused(FORMAT, "invalid YAML", "classes: [", *total)
        refused(USAGE, "is no .yaml", "class\na\n", *total, name="classes.txt")
        refused(FORMAT, "there is no column \"class\"", "prompt,count\na,1\n", name="c.csv")
        refused(FORMAT, "unknown column \"weight\"", "class,weight\na,1\n", name="c.csv")
        refused(FORMAT, "one of the columns count, proportion and frequency", "class,count,frequency\na,1,1\n", name="c.csv")
        refused(FORMAT, "line 3: the class \"a\" has the prompt \"x\" already", "class,prompt,count\na,x,1\na,x,1\n", name="c.csv")
        refused(FORMAT, "line 3: the class \"a\" has the count 2 here, and 1 before", "class,prompt,count\na,x,1\na,y,2\n", name="c.csv")
        refused(FORMAT, "line 2: the class has no name", "class,count\n ,1\n", name="c.csv")
        refused(FORMAT, "line 2: 3 fields", "class,count\na,1,2\n", name="c.csv")
        self.fail_with(IO, "none.yaml", "generate", "--model", self.model, "--out", self.folder / "o", "--classes", self.folder / "none.yaml")

    def test_what_contradicts(self):
        file = self.file("classes.yaml", WORDINGS)
        for others in (("--prompt", "a"), ("--prompts", file), ("--count", 2), ("--save-tokens", self.folder / "t.safetensors")):
            self.fail_with(USAGE, "--classes", "generate", "--model", self.model, "--out", self.folder / "o", "--classes", file, *others)
        self.fail_with(USAGE, "--classes", "generate", "--model", self.model, "--out", self.folder / "o", "--prompt", "a", "--total", 3)
        for total in (0, -1, "1.5"):
            self.fail_with(USAGE, "--total", "generate", "--model", self.model, "--out", self.folder / "o", "--classes", file, "--total", total)


if __name__ == "__main__":
    unittest.main()
