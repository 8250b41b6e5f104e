"""Prompts from CSV files, and images.csv."""

import csv
import json
import unittest

from command import FORMAT, IO, CommandTest


class Csv(CommandTest):
    def run_on(self, content, *arguments):
        return self.generate("out", "--prompts", self.file("prompts.csv", content), "--steps", 1, *arguments)

    def rows(self):
        with open(self.folder / "out" / "images.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def refuse(self, message, content):
        self.fail_with(FORMAT, message, "generate", "--model", self.model, "--out", self.folder / "out", "--prompts",
                       self.file("prompts.csv", content))
        self.assertFalse((self.folder / "out").exists())

    def test_quotes_newlines_and_every_row(self):
        prompts = ["plain", "with, comma", 'with "quotes"', "two\nlines", "größer ½ 胸部", " spaces "]
        with open(self.folder / "in.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["study", "prompt"])
            writer.writerows(enumerate(prompts))
        self.generate("out", "--prompts", self.folder / "in.csv", "--steps", 1, "--count", 2, "--seed", 5, "--first-image", 7)
        rows = self.rows()
        self.assertEqual(list(rows[0]), ["prompt", "img_savename", "seed", "image"])
        self.assertEqual([row["prompt"] for row in rows], [prompt for prompt in prompts for _ in range(2)])
        self.assertEqual([row["img_savename"] for row in rows], [f"{i:05}.png" for i in range(7, 19)])
        self.assertEqual({row["seed"] for row in rows}, {"5"})
        self.assertEqual([int(row["image"]) for row in rows], list(range(7, 19)))
        for row in rows:
            self.assertTrue((self.folder / "out" / row["img_savename"]).exists())

    def test_forms_of_files(self):
        for content in ("prompt\na\nb\n", "prompt\r\na\r\nb\r\n", "\ufeffprompt\na\nb", "text\n\na\n\nb\n\n", '"prompt"\n"a"\n"b"',
                        'other,prompt\n,a\n"x\n\ny",b\n', "text,prompt\nx,a\ny,b\n"):
            with self.subTest(content=content):
                self.run_on(content)
                self.assertEqual([row["prompt"] for row in self.rows()], ["a", "b"])

    def test_the_file_that_was_written_can_be_read(self):
        self.run_on('prompt\n"one, ""two""\nthree"\n')
        self.generate("again", "--prompts", self.folder / "out" / "images.csv", "--steps", 1)
        self.assertEqual((self.folder / "out" / "images.csv").read_bytes(), (self.folder / "again" / "images.csv").read_bytes())

    def test_the_column_in_any_case_encoding_and_separator(self):
        for content in ("Prompt\na\nb\n", "sep=;\nid; TEXT \n1;a\n2;b\n", "\ufeffid\tPROMPT\ttext\n1\ta\tx\n2\tb\ty\n",
                        "id,prompt,PROMPT,\n1,a,x,\n2,b,y,\n"):
            for encoding in ("utf-8", "utf-16"):
                with self.subTest(content=content, encoding=encoding):
                    self.run_on(content.encode(encoding))
                    self.assertEqual([row["prompt"] for row in self.rows()], ["a", "b"])

    def test_tables_of_other_kinds(self):
        self.refuse("line 3: the prompt is \"NaN\"", "prompt,n\na,1\nNaN,2\n")
        self.refuse("\"Prompt\" and \"PROMPT\"", "Prompt,PROMPT\na,b\n")
        self.refuse("semicolons", "a;b;c\n1;2;3\n")
        self.refuse(".xlsx", b"PK\x03\x04")

    def test_bad_files_name_the_line(self):
        self.refuse("prompts.csv: empty", "")
        self.refuse("no column", "caption\na\n")
        self.refuse("no row", "prompt\n")
        self.refuse("prompts.csv, line 3: the prompt is empty", "prompt,n\na,1\n ,2\n")
        self.refuse("prompts.csv, line 5: the prompt is empty", 'prompt,n\n"a\nb",1\n\n"",2\n')
        self.refuse("prompts.csv, line 2: 2 fields", "prompt\nno quotes, but a comma\n")
        self.refuse("prompts.csv, line 2: not CSV", 'prompt\n"never closed\n\n')
        self.refuse("prompts.csv, line 2: not CSV", 'prompt\n"a" b\n')
        self.refuse("prompts.csv, line 2: the prompt holds a zero byte", "prompt\na\0b\n")

    def test_a_missing_file(self):
        self.fail_with(IO, "missing.csv", "generate", "--model", self.model, "--out", self.folder / "out", "--prompts", self.folder / "missing.csv")

    def test_long_prompts_are_told(self):
        result = self.run_on("prompt\nshort\n" + "word " * 40 + "\n", "--json")
        self.assertIn("prompts.csv, line 3: the prompt has 162 tokens, the model reads the first 32", result.stderr)
        self.assertEqual(len(json.loads(result.stdout)["truncated"]), 1)
        self.assertNotIn("warning", self.run_on("prompt\nshort\n").stderr)


if __name__ == "__main__":
    unittest.main()
