"""Every sampling option, by its row of bindings/schema/sampling.json: what is out of range, of another kind, unknown or in contradiction is
refused with the option, the value and what was expected. RAYGEN_LIBRARY names the shared library."""

import json
import re
import unittest
from pathlib import Path

from raygen_reference import library

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "bindings/schema/sampling.json").read_text(encoding="utf-8"))
OPTIONS = {name: row for name, row in SCHEMA["properties"].items() if name != "preset"}
NUMBERS = ("integer", "number")


def shown(number):
    return str(int(number)) if number == int(number) else repr(number)


def expected(row):
    """What the message says was expected."""
    if "enum" in row:
        return ", ".join(row["enum"])
    if row["type"] == "boolean":
        return "true or false"
    if row["type"] == "string":
        return "UTF-8 text without control characters"
    kind = "an integer" if row["type"] == "integer" else "a number"
    if "exclusiveMaximum" in row:
        return f"{kind} of {shown(row['minimum'])} to below {shown(row['exclusiveMaximum'])} was expected"
    if "maximum" in row:
        return f"{kind} of {shown(row['minimum'])} to {shown(row['maximum'])} was expected"
    return f"{kind} of at least {shown(row['minimum'])} was expected"


def printable(text):
    """As messages show what would not be seen."""
    return re.sub(r"[\x00-\x1f\x7f]", "?", text)


def wrong_values(row):
    """As text, so that JSON and overrides have the same."""
    if "enum" in row:
        return ["nothing", row["enum"][0] + "x", row["enum"][0].upper(), "", "1"]
    if row["type"] == "boolean":
        return ["yes", "True", "1", "0", ""]
    if row["type"] == "string":
        return ["a\tb", "a\x7f"]
    below = row["minimum"] - 1 if row["type"] == "integer" else row["minimum"] - 1e-9
    above = [row["maximum"] + 1] if "maximum" in row else [row["exclusiveMaximum"], 7] if "exclusiveMaximum" in row else [1e16]
    fraction = ["1.5", "1e1"] if row["type"] == "integer" else []
    return [shown(below), *map(shown, above), "-1e30", "nan", "inf", "-inf", "one", "", "1 2", "0x1", "true", "1,5", *fraction]


def right_values(row):
    if "enum" in row:
        return row["enum"]
    if row["type"] == "boolean":
        return [True, False]
    if row["type"] == "string":
        return ["", "no effusion: \N{LATIN SMALL LETTER U WITH DIAERESIS}"]
    return [row[bound] for bound in ("minimum", "maximum", "default") if bound in row]


class Options(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.library = library.load()

    def create(self, config=None, overrides=()):
        with library.Sampler(self.library, (2, 2), 4, [config or {}], [0], [0], overrides=overrides):
            pass

    def refused(self, *parts, **given):
        with self.assertRaises(library.RaygenError, msg=str(given)) as caught:
            self.create(**given)
        for part in parts:
            self.assertIn(part, str(caught.exception), str(given))

    def test_wrong_values(self):
        count = 0
        for name, row in OPTIONS.items():
            for value in wrong_values(row):
                self.refused(f"{name} is '{printable(value)}'", expected(row), overrides=[f"{name}={value}"])
                self.refused("image_configs[0]", name, expected(row), config={name: value})
                count += 2
            for value in ([1], {"a": 1}) + (() if row["type"] == "string" and "enum" not in row else (None,)):
                self.refused("image_configs[0]", f"{name} is ", expected(row), config={name: value})
                count += 1
        print(f"\n{count} wrong values of {len(OPTIONS)} options")

    def test_right_values(self):
        """The ranges hold both of their ends."""
        beside = {"guidance_first_step": {"steps": 1024}, "loop_from": {"remasking": "cap"}, "loop_until": {"remasking": "cap"}}
        for name, row in OPTIONS.items():
            for value in right_values(row):
                self.create({**beside.get(name, {}), name: value})

    def test_unknown_names(self):
        for name in OPTIONS:
            wrong = name + "q"
            self.refused(f"unknown key '{wrong}'", f"the nearest is {name}", config={wrong: 1})
            self.refused(f"unknown key '{wrong}'", f"the nearest is {name}", overrides=[wrong + "=1"])
        self.refused("no preset 'ramdm'", "the nearest is remdm", config={"preset": "ramdm"})
        self.refused("no preset 'ramdm'", "the nearest is remdm", overrides=["preset=ramdm"])
        self.refused("key=value was expected", overrides=["steps"])

    def test_contradictions(self):
        self.refused("guidance_first_step is 8", "0 to 7", "steps is 8", config={"steps": 8, "guidance_first_step": 8})
        self.refused("guidance_first_step is 3", "steps is 2", overrides=["steps=2", "guidance_first_step=3"])
        loop = {"remasking": "loop", "loop_from": 0.7}
        self.refused("loop_from is 0.7", "less than loop_until, 0.7,", config={**loop, "loop_until": 0.7})
        self.refused("loop_from is 0.7", "less than loop_until, 0.2,", config={**loop, "loop_until": 0.2})
        for remasking in OPTIONS["remasking"]["enum"]:
            both = {"position_choice": "entropy", "remasking": remasking}
            if remasking == "none":
                self.create(both)
            else:
                self.refused(f'remasking is "{remasking}"', '"none" was expected', 'position_choice "entropy"', config=both)

    def test_presets_are_whole(self):
        for name in SCHEMA["properties"]["preset"]["enum"]:
            self.create({"preset": name})


if __name__ == "__main__":
    unittest.main()
