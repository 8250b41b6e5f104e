"""prepare and phantom: from nothing, from tables and from MIMIC-CXR's tree to a dataset."""

import csv
import hashlib
import json
import pathlib
import signal
import subprocess
import time
import unittest

from command import COMMAND, FORMAT, IO, TERMINATED, USAGE, CommandTest, Png


def contents(folder):
    """The SHA-256 of every file."""
    folder = pathlib.Path(folder)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


class Data(CommandTest):
    def phantoms(self, count, *arguments, name="phantoms"):
        out = self.folder / name
        self.succeed("phantom", "--count", count, "--size", 64, "--out", out, *arguments)
        return out

    def rows(self, path):
        with open(path, newline="") as file:
            return list(csv.DictReader(file))


class Phantoms(Data):
    def test_images_masks_and_a_table(self):
        out = self.phantoms(12, "--seed", 4, "--masks")
        rows = self.rows(out / "phantoms.csv")
        self.assertEqual([row["path"] for row in rows], [f"images/P{i:06}.png" for i in range(12)])
        for row in rows:
            image = Png(out / row["path"])
            self.assertEqual((image.width, image.height, image.channels, image.depth), (64, 64, 1, 8))
            self.assertNotEqual(row["text"].strip(), "")
        findings = sum(len(row["findings"].split("|")) for row in rows if row["findings"] != "No Finding")
        self.assertEqual(len(list((out / "masks").glob("*.png"))), findings)
        self.assertGreater(findings, 0)

    def test_the_same_from_any_start(self):
        whole = contents(self.phantoms(6, "--seed", 9, name="whole") / "images")
        part = contents(self.phantoms(2, "--seed", 9, "--first", 4, name="part") / "images")
        self.assertEqual(part, {name: whole[name] for name in ("P000004.png", "P000005.png")})
        other = contents(self.phantoms(6, "--seed", 10, name="other") / "images")
        self.assertFalse(set(whole.values()) & set(other.values()))

    def test_several_runs_end_with_one_table(self):
        out = self.phantoms(2, "--seed", 9, "--first", 4)
        self.phantoms(4, "--seed", 9)
        self.assertEqual(contents(out), contents(self.phantoms(6, "--seed", 9, name="whole")))
        zones = [zone for row in self.rows(out / "phantoms.csv") for zone in row["zones"].split("|")]
        self.assertLessEqual(set(zones), {"", "upper", "mid", "lower"})

    def test_a_run_that_was_stopped_continues(self):
        out = self.folder / "stopped"
        command = [COMMAND, "phantom", "--count", "100000", "--size", "64", "--out", str(out)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while process.poll() is None and len(list(out.glob("images/*.png"))) < 2:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, TERMINATED, stderr)
        self.assertFalse((out / "phantoms.csv").exists())
        made = len(list(out.glob("images/*.png")))
        self.succeed("phantom", "--count", made + 1, "--size", 64, "--out", out)
        self.assertEqual(contents(out), contents(self.phantoms(made + 1, name="whole")))

    def test_wrong_usage(self):
        out = self.folder / "none"
        self.fail_with(USAGE, "--count", "phantom", "--out", out)
        self.fail_with(USAGE, "100", "phantom", "--count", 1, "--size", 100, "--out", out)
        self.fail_with(USAGE, "--count", "phantom", "--count", "-1", "--out", out)
        self.fail_with(USAGE, "seed", "phantom", "--count", 1, "--size", 64, "--seed", 1, "--out", self.phantoms(1))


class Tables(Data):
    def prepare(self, *arguments):
        result = self.succeed("prepare", "table", "--size", 32, "--json", *arguments)
        return json.loads(result.stdout)

    def test_phantoms(self):
        table = self.phantoms(20) / "phantoms.csv"
        made = self.prepare("--csv", table, "--out", self.folder / "dataset", "--test-fraction", 0.3, "--val-fraction", 0.3)
        self.assertEqual((made["images"], made["skipped"]), (20, 0))
        self.assertEqual(sum(made["images_of"].values()), 20)
        self.assertEqual(len(self.rows(self.folder / "dataset/records.csv")), 20)
        before = contents(self.folder / "dataset")
        again = self.prepare("--csv", table, "--out", self.folder / "dataset", "--test-fraction", 0.3, "--val-fraction", 0.3)
        self.assertEqual(again, made)
        self.assertEqual(contents(self.folder / "dataset"), before)
        self.fail_with(USAGE, "seed", "prepare", "table", "--size", 32, "--csv", table, "--seed", 1, "--out", self.folder / "dataset",
                       "--test-fraction", 0.3, "--val-fraction", 0.3)

    def test_another_root_is_another_dataset(self):
        first, second = (self.phantoms(3, "--seed", seed, name=f"seed{seed}") for seed in (1, 2))
        table, out = first / "phantoms.csv", self.folder / "dataset"
        self.prepare("--csv", table, "--root", first, "--out", out)
        before = contents(out)
        self.assertNotIn(str(self.folder), (out / "dataset.json").read_text())
        self.fail_with(USAGE, "roots_sha256", "prepare", "table", "--size", 32, "--csv", table, "--root", second, "--out", out)
        self.assertEqual(contents(out), before)

    def test_training_and_test_tables(self):
        train = self.phantoms(20, name="a") / "phantoms.csv"
        test = self.phantoms(2, "--first", 20, name="b") / "phantoms.csv"
        made = self.prepare("--csv", train, "--test-fraction", 0, "--val-fraction", 0.3, "--test-csv", test, "--out",
                            self.folder / "dataset")
        self.assertEqual(made["images_of"]["test"], 2)
        self.assertGreater(made["images_of"]["val"], 0)

    def test_tables_with_a_split_each(self):
        train = self.phantoms(3, name="a") / "phantoms.csv"
        test = self.phantoms(2, "--first", 3, name="b") / "phantoms.csv"
        made = self.prepare("--train-csv", train, "--test-csv", test, "--out", self.folder / "dataset")
        self.assertEqual(made["images_of"], {"train": 3, "val": 0, "test": 2})
        self.fail_with(FORMAT, "patient", "prepare", "table", "--train-csv", train, "--test-csv", train, "--out", self.folder / "leak")

    def test_rows_that_cannot_be_used_are_listed(self):
        images = self.phantoms(2)
        (images / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        table = images / "table.csv"
        table.write_text('image,report\nimages/P000000.png,"Two lines,\n""quoted""."\nbroken.png,Text.\n../outside.png,Text.\n'
                         'images/P000001.png,\nmissing.png,Text.\n')
        result = self.succeed("prepare", "table", "--size", 32, "--csv", table, "--patient-per-image", "--out", self.folder / "dataset")
        self.assertIn("1 image in", result.stdout)
        self.assertIn("4 images skipped", result.stdout)
        self.assertEqual([row["path"] for row in self.rows(self.folder / "dataset/skipped.csv")],
                         ["broken.png", "../outside.png", "images/P000001.png", "missing.png"])

    def test_columns_by_name(self):
        images = self.phantoms(2)
        table = images / "table.csv"
        table.write_text("where,words,sick\nimages/P000000.png,One.,1\nimages/P000001.png,Two.,0\n")
        self.fail_with(FORMAT, "path", "prepare", "table", "--csv", table, "--out", self.folder / "none")
        self.prepare("--csv", table, "--path-column", "where", "--text-column", "words", "--label-column", "sick", "--patient-per-image",
                     "--out", self.folder / "dataset")
        self.assertEqual([row["findings"] for row in self.rows(self.folder / "dataset/records.csv")], ["sick", ""])

    def test_a_leak_must_be_asked_for(self):
        images = self.phantoms(4)
        table = images / "table.csv"
        rows = "".join(f"images/P{i:06}.png,Text.,{i // 2}\n" for i in range(4))
        table.write_text("image,report,examination\n" + rows)
        out = self.folder / "dataset"
        for name in ("--patient-column", "--patient-per-image"):
            self.fail_with(FORMAT, name, "prepare", "table", "--csv", table, "--out", out)
        self.assertFalse(out.exists())
        made = self.prepare("--csv", table, "--patient-column", "examination", "--out", out)
        self.assertIn("4 images of 2 patients", made["description"])
        made = self.prepare("--csv", table, "--patient-per-image", "--out", self.folder / "by image")
        self.assertIn("split by image", made["description"])
        self.assertEqual(self.prepare("--train-csv", table, "--out", self.folder / "all")["images_of"]["train"], 4)

    def test_a_line_says_what_was_taken_for_what(self):
        images = self.phantoms(2)
        table = images / "merged.csv"
        table.write_text("uid;filename;projection;Problems;image;findings;impression\n"
                         "7;images/P000000.png;Frontal;normal;Chest, PA;Clear.;Normal.\n"
                         "7;images/P000001.png;Lateral;normal;Chest;;nan\n", "utf-16")
        for _ in range(2):  # the second run has nothing to do
            result = self.succeed("prepare", "table", "--size", 32, "--csv", table, "--out", self.folder / "dataset")
            self.assertEqual(result.stdout.splitlines()[0],
                             'merged.csv (OpenI): path from "filename", patient from "uid", text from "impression", else "findings", '
                             'view from "projection", findings from "Problems", split by patient; 1 image of 1 patient')
        self.assertEqual([row["path"] for row in self.rows(self.folder / "dataset/skipped.csv")], ["images/P000001.png"])
        quiet = self.succeed("prepare", "table", "--size", 32, "--csv", table, "--out", self.folder / "quiet", "--quiet")
        self.assertEqual(quiet.stdout, "")

    def test_texts_from_findings(self):
        images = self.phantoms(2)
        table = images / "table.csv"
        table.write_text("path,patient,findings\nimages/P000000.png,1,Edema|Mass\nimages/P000001.png,1,\n")
        self.fail_with(FORMAT, "--text-from-findings", "prepare", "table", "--csv", table, "--out", self.folder / "none")
        self.prepare("--csv", table, "--text-from-findings", "--out", self.folder / "dataset")
        self.assertEqual([row["text"] for row in self.rows(self.folder / "dataset/records.csv")], ["Edema, Mass", "No Finding"])

    def test_what_is_no_table_is_named(self):
        table = self.folder / "table.csv"
        for content, name in ((b"PK\x03\x04", ".xlsx"), (b"PAR1", "Parquet"), (b'{"a": 1}', "JSON"), ("path^text\na^b\n".encode(), "commas")):
            table.write_bytes(content)
            self.fail_with(FORMAT, name, "prepare", "table", "--csv", table, "--out", self.folder / "none")

    def test_wrong_usage(self):
        self.fail_with(USAGE, "table or mimic", "prepare")
        self.fail_with(USAGE, "nothing", "prepare", "nothing")
        self.fail_with(USAGE, "--out", "prepare", "table", "--csv", "x.csv")
        self.fail_with(USAGE, "--csv", "prepare", "table", "--out", self.folder / "x")
        self.fail_with(IO, "none.csv", "prepare", "table", "--csv", self.folder / "none.csv", "--out", self.folder / "x")
        self.assertIn("Exit codes", self.succeed("prepare", "table", "--help").stdout)


class Mimic(Data):
    def test_a_tree(self):
        images = self.phantoms(3) / "images"
        root = self.folder / "mimic"
        metadata = ["dicom_id,subject_id,study_id,ViewPosition"]
        labels = ["subject_id,study_id,Edema,Pneumothorax"]
        for i, (subject, study) in enumerate((("10000032", "50414267"), ("11000011", "50000001"), ("12000022", "50000002"))):
            patient = root / "files" / f"p{subject[:2]}" / f"p{subject}"
            (patient / f"s{study}").mkdir(parents=True)
            (patient / f"s{study}" / f"abc{i}.jpg").write_bytes((images / f"P{i:06}.png").read_bytes())  # told by content
            (patient / f"s{study}.txt").write_text("FINDINGS: none.\nIMPRESSION: Mild\nedema.\n")
            metadata.append(f"abc{i},{subject},{study},AP")
            labels.append(f"{subject},{study},1.0,-1.0")
        (root / "mimic-cxr-2.0.0-metadata.csv").write_text("\n".join(metadata) + "\n")
        (root / "mimic-cxr-2.0.0-chexpert.csv").write_text("\n".join(labels) + "\n")
        result = self.succeed("prepare", "mimic", "--root", root, "--size", 32, "--out", self.folder / "dataset", "--json")
        self.assertEqual(json.loads(result.stdout)["images_of"]["test"], 1)
        rows = self.rows(self.folder / "dataset/records.csv")
        self.assertEqual({row["text"] for row in rows}, {"mild edema"})
        self.assertEqual({row["findings"] for row in rows}, {"Edema"})
        self.succeed("prepare", "mimic", "--root", root, "--size", 32, "--out", self.folder / "exact", "--exact")
        self.assertEqual({row["text"] for row in self.rows(self.folder / "exact/records.csv")}, {"mildedema"})
        self.fail_with(IO, "metadata", "prepare", "mimic", "--root", self.folder, "--out", self.folder / "x")


if __name__ == "__main__":
    unittest.main()
