"""raygen figure: valid files of every kind and format, with the right pictures and words, and no file where something is wrong."""

import base64
import io
import re
import json
import signal
import subprocess
import unittest
from xml.etree import ElementTree

from PIL import Image, ImageSequence

from command import COMMAND, FORMAT, IO, LIMIT, SIZE, TERMINATED, TOKENS, USAGE, CommandTest, Png

SVG = "{http://www.w3.org/2000/svg}"
MARK = "Synthetic chest radiograph, not for diagnosis"


def colours(image):
    return {colour for _, colour in image.convert("RGB").getcolors(1 << 24)}


class Svg:
    def __init__(self, path):
        self.root = ElementTree.parse(path).getroot()
        self.lines = [text.text or "" for text in self.root.iter(f"{SVG}text")]
        self.text = " ".join(self.lines)
        self.images = [base64.b64decode(image.get("href").split(",")[1]) for image in self.root.iter(f"{SVG}image")]
        self.hatched = [path for path in self.root.iter(f"{SVG}path") if path.get("fill") == "url(#hatch)"]
        self.metadata = json.loads(self.root.find(f"{SVG}metadata").text)
        self.width, self.height = float(self.root.get("width")), float(self.root.get("height"))


class FigureTest(CommandTest):
    def figure(self, kind, out, *arguments):
        return self.succeed("figure", kind, *arguments, "--out", self.folder / out)

    def generated(self, kind, out, *arguments):
        return self.figure(kind, out, "--model", self.model, *arguments)

    def refuse(self, code, message, kind, *arguments, out="f.svg"):
        self.fail_with(code, message, "figure", kind, *arguments, "--out", self.folder / out)
        self.assertEqual([path for path in self.folder.iterdir() if path.name.startswith("f.")], [])

    def refuse_generated(self, code, message, kind, *arguments, out="f.svg"):
        self.refuse(code, message, kind, "--model", self.model, *arguments, out=out)

    def check_png(self, path, svg):
        """A whole PNG of the page's size that says what it is; returns its pixels as bytes."""
        with Image.open(path) as image:
            image.load()
            self.assertEqual(image.size, (round(svg.width * 2 + 0.49), round(svg.height * 2 + 0.49)))
            self.assertEqual(image.text["Comment"], MARK)
            self.assertEqual(json.loads(image.text["raygen figure"]), svg.metadata)
            pixels = image.convert("RGB")
            self.assertEqual(pixels.getpixel((1, 1)), (255, 255, 255))
            self.assertGreater(len(colours(pixels)), 20)
            return pixels

    def both(self, kind, *arguments):
        """The same figure as SVG and PNG."""
        self.generated(kind, "f.svg", *arguments)
        self.generated(kind, "f.png", *arguments)
        svg = Svg(self.folder / "f.svg")
        self.check_png(self.folder / "f.png", svg)
        return svg


class Steps(FigureTest):
    ARGUMENTS = ("--prompt", "Small effusion.", "--seed", 7, "--steps", 5)

    def test_all_steps_with_their_masks(self):
        svg = self.both("steps", *self.ARGUMENTS)
        self.assertEqual(len(svg.images), 5, "at t = 0 there is nothing but the mask")
        self.assertEqual(len(svg.hatched), 5, "after the last step nothing is masked")
        masked = [int(line.split(": ")[1].split()[0]) for line in svg.lines if line.startswith("t = ")]
        self.assertEqual((masked[0], masked[-1], len(masked)), (TOKENS, 0, 6))
        self.assertEqual(masked, sorted(masked, reverse=True))
        self.assertIn("Small effusion.", svg.text)
        self.assertIn(MARK, svg.text)
        self.assertIn("seed 7", svg.text)
        self.assertEqual((svg.metadata["figure"], svg.metadata["synthetic"], svg.metadata["images"][0]["seed"]), ("steps", True, 7))
        self.generate("images", *self.ARGUMENTS)
        self.assertEqual(svg.images[-1], (self.folder / "images/00000.png").read_bytes(), "the last is the image itself")
        for image in svg.images:
            with Image.open(io.BytesIO(image)) as picture:
                self.assertEqual((picture.size, picture.text["Comment"]), ((SIZE, SIZE), MARK))

    def test_the_hatching_covers_what_is_masked(self):
        self.generated("steps", "f.svg", *self.ARGUMENTS)
        svg = Svg(self.folder / "f.svg")
        frames = [rect for rect in svg.root.iter(f"{SVG}rect") if rect.get("fill") == "none"]
        counts = [int(line.split(": ")[1].split()[0]) for line in svg.lines if line.startswith("t = ")]
        for path, frame, count in zip(svg.hatched, frames, counts):
            side = float(frame.get("width")) / TOKENS**0.5
            area = 0
            for run in path.get("d").split("M")[1:]:
                left, right = float(run.split()[0]), float(run.split("H")[1].split("V")[0])
                area += (right - left) / side
            self.assertAlmostEqual(area, count, delta=0.05)

    def test_animated(self):
        self.generated("steps", "f.apng", *self.ARGUMENTS)
        with Image.open(self.folder / "f.apng") as image:
            self.assertEqual((image.n_frames, image.info["loop"], image.text["Comment"]), (6, 0, MARK))
            frames, durations = [], []
            for frame in ImageSequence.Iterator(image):
                frames.append(frame.convert("RGB").tobytes())
                durations.append(frame.info["duration"])
        self.assertEqual(len(set(frames)), 6, "every frame is another picture")
        self.assertEqual((max(durations), durations.index(max(durations))), (2500, 5), "the finished image stays longest")
        Png(self.folder / "f.apng")  # every sum is right, and the first frame is a PNG of its own

    def test_every_third(self):
        self.generated("steps", "f.svg", *self.ARGUMENTS, "--every", 3)
        self.assertEqual([line.split(":")[0] for line in Svg(self.folder / "f.svg").lines if line.startswith("t = ")],
                         ["t = 0", "t = 3", "t = 5"])

    def test_one_prompt_and_one_seed(self):
        self.refuse_generated(USAGE, "2 prompts were given; this figure shows one", "steps", "--prompt", "a", "--prompt", "b")
        self.refuse_generated(USAGE, "--seed: 2 seeds were given; this figure shows one", "steps", "--prompt", "a", "--seed", "1,2")
        table = self.folder / "prompts.csv"
        table.write_text("prompt,config\na,\n")
        self.refuse_generated(FORMAT, 'it has a column "config"', "prompts", "--prompts", table)


class Prompts(FigureTest):
    def test_prompts_down_seeds_across(self):
        long = "胸部Ｘ線 shows " + "a very long finding — größer als üblich, " * 10 + "end."
        svg = self.both("prompts", "--prompt", "Small effusion.", "--prompt", long, "--seed", "3,5", "--seed", 18446744073709551615, "--steps", 2)
        self.assertEqual(len(svg.images), 6)
        for title in ("Prompt", "Seed", "3", "5", "Small effusion."):
            self.assertIn(title, svg.lines)
        self.assertIn("18446744073709551615", "".join(svg.lines))
        lines = [line for line in svg.lines if line in long and len(line) > 3]
        self.assertGreater(len(lines), 10, "a long prompt is broken into lines")
        self.assertEqual("".join(lines).replace(" ", ""), long.replace(" ", ""))
        self.assertLess(max(map(len, lines)), 40)
        self.assertEqual([(image["prompt"], image["seed"], image["image"]) for image in svg.metadata["images"]],
                         [(prompt, seed, 0) for prompt in ("Small effusion.", long) for seed in (3, 5, 18446744073709551615)])
        self.generate("images", "--prompt", "Small effusion.", "--seed", 5, "--steps", 2)
        self.assertEqual(svg.images[1], (self.folder / "images/00000.png").read_bytes())

    def test_signs_that_xml_does_not_have(self):
        self.generated("prompts", "f.svg", "--prompt", "a < b & \"c\" \x01\uffff>", "--title", "<&\x02>", "--steps", 1)
        svg = Svg(self.folder / "f.svg")
        self.assertIn('a < b & "c" >', svg.lines)
        self.assertIn("<&>", svg.lines)

    def test_batches_change_nothing(self):
        arguments = ("--prompt", "a", "--prompt", "b", "--seed", "1,2", "--steps", 2)
        self.generated("prompts", "one.svg", *arguments)
        self.generated("prompts", "three.svg", *arguments, "--batch-size", 3)
        self.assertEqual((self.folder / "one.svg").read_bytes(), (self.folder / "three.svg").read_bytes())

    def test_json_and_grey(self):
        made = json.loads(self.generated("prompts", "f.svg", "--prompt", "a", "--steps", 1, "--json", "--grey").stdout)
        self.assertEqual((made["figure"], made["file"], made["images"]), ("prompts", str(self.folder / "f.svg"), 1))
        with Image.open(io.BytesIO(Svg(self.folder / "f.svg").images[0])) as picture:
            self.assertEqual(picture.mode, "L")


class Decoding(FigureTest):
    def test_temperatures_down_steps_across_a_grid_each_threshold(self):
        svg = self.both("decoding", "--prompt", "a", "--seed", 2, "--steps", "1,3", "--temperature", "0,0.5,1.5", "--top-k-threshold", "0.25,0.75")
        self.assertEqual(len(svg.images), 12)
        for title, count in (("Steps K", 2), ("Temperature T", 2), ("α = 0.25 (top-k threshold)", 1), ("α = 0.75 (top-k threshold)", 1),
                             ("1", 2), ("3", 2), ("0.5", 2), ("1.5", 2)):
            self.assertEqual(svg.lines.count(title), count, title)
        self.assertEqual([(image["top_k_threshold"], image["temperature"], image["steps"]) for image in svg.metadata["images"]],
                         [(a, t, k) for a in (0.25, 0.75) for t in (0, 0.5, 1.5) for k in (1, 3)])
        self.assertNotIn("steps 1", svg.text, "the words at the foot are true of all pictures")
        self.generate("images", "--prompt", "a", "--seed", 2, "--steps", 3, "--temperature", 1.5, "--top-k-threshold", 0.25)
        self.assertEqual(svg.images[5], (self.folder / "images/00000.png").read_bytes())

    def test_values_that_cannot_be(self):
        for option, values in (("--steps", "3,0"), ("--temperature", "-1"), ("--top-k-threshold", "0.5,x")):
            with self.subTest(option=option):
                self.refuse_generated(USAGE, option, "decoding", "--prompt", "a", f"{option}={values}")

    def test_all_options_are_listed(self):
        text = self.succeed("figure", "decoding", "--help").stdout
        for option in ("--steps", "--temperature", "--top-k-threshold", "--guidance-scale", "--preset", "--seed", "--out"):
            self.assertIn(option, text)


class Classes(FigureTest):
    def images_of(self, *classes):
        """A folder as generate --classes makes it."""
        self.generate("set", "--prompt", "a", "--count", len(classes), "--steps", 1)
        names = [f"{i:05}.png" for i in range(len(classes))]
        (self.folder / "set/data_info.json").write_text(json.dumps({"images": names, "class": classes}))
        return self.folder / "set"

    def test_a_row_a_class(self):
        folder = self.images_of("Effusion", "No finding", "Effusion", "Effusion")
        for out in ("f.svg", "f.png"):
            self.figure("classes", out, folder, "--count", 2, "--title", "Two classes")
        svg = Svg(self.folder / "f.svg")
        self.check_png(self.folder / "f.png", svg)
        self.assertEqual(svg.images, [(folder / f"0000{i}.png").read_bytes() for i in (0, 2, 1)])
        for line in ("Effusion", "No finding", "Class", "Two classes"):
            self.assertEqual(svg.lines.count(line), 1, line)
        self.assertEqual([image["file"] for image in svg.metadata["images"]], ["00000.png", "00002.png", "00001.png"])

    def test_other_images_are_not_called_synthetic(self):
        folder = self.images_of("a", "b")
        Image.new("L", (20, 30)).save(folder / "00001.png")
        self.figure("classes", "f.svg", folder)
        self.assertIn(f"{MARK} (1 of 2 images)", Svg(self.folder / "f.svg").text)
        Image.new("L", (20, 30)).save(folder / "00000.png")
        self.figure("classes", "f.svg", folder)
        svg = Svg(self.folder / "f.svg")
        self.assertNotIn("Synthetic", svg.text)
        self.assertFalse(svg.metadata["synthetic"])

    def test_folders_that_are_none(self):
        folder = self.images_of("a", "b")
        for content, code, message in (
            ("{", FORMAT, "it is not JSON"),
            ("[]", FORMAT, 'there is no list "images"'),
            ('{"images": ["00000.png"]}', FORMAT, 'there is no list "class"'),
            ('{"images": ["00000.png"], "class": []}', FORMAT, '"images" has 1 entries, "class" 0'),
            ('{"images": [], "class": []}', FORMAT, "it lists no images"),
            ('{"images": [7], "class": ["a"]}', FORMAT, '"images"[0]: the name of a file was expected'),
            ('{"images": ["../00000.png"], "class": ["a"]}', FORMAT, "is not in the folder"),
            ('{"images": ["/etc/passwd"], "class": ["a"]}', FORMAT, "is not in the folder"),
            ('{"images": ["none.png"], "class": ["a"]}', IO, "none.png"),
            (json.dumps({"images": ["00000.png"] * 401, "class": [str(i) for i in range(401)]}), LIMIT, "401 pictures"),
        ):
            with self.subTest(content=content[:60]):
                (folder / "data_info.json").write_text(content)
                self.refuse(code, message, "classes", folder)
        self.refuse(IO, "data_info.json", "classes", self.folder)


class Edit(FigureTest):
    def setUp(self):
        super().setUp()
        before = Image.new("L", (40, 20), 100)
        after = before.copy()
        after.paste(150, (10, 5, 20, 15))  # brighter by 50
        after.putpixel((12, 7), 90)  # darker by 10
        mask = Image.new("L", (40, 20), 0)
        mask.paste(255, (10, 5, 20, 15))
        self.paths = [self.folder / name for name in ("before.png", "after.png", "mask.png")]
        for image, path in zip((before, after, mask), self.paths):
            image.save(path)

    def test_before_after_difference(self):
        before, after, mask = self.paths
        self.figure("edit", "f.svg", before, after, "--mask", mask, "--title", "Cured")
        svg = Svg(self.folder / "f.svg")
        for line in ("Before", "After", "After − before", "Cured", "−50", "0", "+50", "Grey levels"):
            self.assertEqual(svg.lines.count(line), 1, line)
        self.assertIn("Pixels outside the mask that differ: 0.", svg.text)
        colours = re.findall(r'stop-color="([^"]*)"', (self.folder / "f.svg").read_text(encoding="utf-8"))
        self.assertEqual((len(colours), colours[0], colours[-1]), (5, "rgb(5,113,176)", "rgb(202,0,32)"))
        pictures = [Image.open(io.BytesIO(image)) for image in svg.images]
        self.assertEqual([picture.size for picture in pictures], [(40, 20)] * 3)
        difference = pictures[2].convert("RGB")
        self.assertEqual(difference.getpixel((0, 0)), (247, 247, 247))
        self.assertEqual(difference.getpixel((15, 10)), (202, 0, 32), "the brightest is the strongest red")
        red, green, blue = difference.getpixel((12, 7))
        self.assertGreater(blue, red, "darker is blue")
        outlines = [path.get("d") for path in svg.root.iter(f"{SVG}path") if path.get("fill") == "none"]
        self.assertEqual(len(outlines), 6, "a dark and a light line on each picture")
        self.assertTrue(all(outline.count("M") == 4 for outline in outlines), "a box has four sides")

    def test_a_png(self):
        self.figure("edit", "f.png", *self.paths[:2])
        with Image.open(self.folder / "f.png") as image:
            self.assertLessEqual({(202, 0, 32), (247, 247, 247)}, colours(image))

    def test_a_change_outside_the_mask_is_told(self):
        with Image.open(self.paths[1]) as image:
            image.putpixel((0, 0), 101)
            image.save(self.paths[1])
        self.figure("edit", "f.svg", *self.paths[:2], "--mask", self.paths[2])
        self.assertIn("Pixels outside the mask that differ: 1.", Svg(self.folder / "f.svg").text)

    def test_no_difference(self):
        self.figure("edit", "f.svg", self.paths[0], self.paths[0])
        self.assertEqual(colours(Image.open(io.BytesIO(Svg(self.folder / "f.svg").images[2]))), {(247, 247, 247)})

    def test_large_films_are_shrunk(self):
        for path in self.paths[:2]:
            with Image.open(path) as image:
                image.resize((3000, 1500), Image.NEAREST).save(path)
        self.figure("edit", "f.svg", *self.paths[:2])
        self.assertEqual([Image.open(io.BytesIO(image)).size for image in Svg(self.folder / "f.svg").images], [(1000, 500)] * 3)

    def test_images_that_do_not_belong_together(self):
        other = self.folder / "other.png"
        Image.new("L", (20, 20)).save(other)
        before, after, _ = self.paths
        self.refuse(USAGE, "other.png: 20 x 20 pixels; 40 x 20", "edit", before, other)
        self.refuse(USAGE, "other.png: 20 x 20 pixels; 40 x 20", "edit", before, after, "--mask", other)
        self.refuse(IO, "none.png", "edit", before, self.folder / "none.png")
        self.refuse(FORMAT, "text.png", "edit", self.file("text.png", "no image"), after)


class Files(FigureTest):
    def test_endings(self):
        for out, message in (("f.jpg", 'ends in ".jpg"; .png, .svg or .apng (animated) was expected'), ("f.", 'ends in "."'), ("f", 'ends in ""')):
            self.refuse_generated(USAGE, message, "steps", "--prompt", "a", out=out)
        self.refuse_generated(USAGE, 'ends in ".apng"; .png or .svg was expected', "prompts", "--prompt", "a", out="f.apng")
        self.generated("prompts", "f.SVG", "--prompt", "a", "--steps", 1)
        Svg(self.folder / "f.SVG")

    def test_wrong_use(self):
        self.fail_with(USAGE, "figure: of what", "figure")
        self.fail_with(USAGE, "pie", "figure", "pie")
        self.fail_with(USAGE, "--out", "figure", "steps", "--model", self.model, "--prompt", "a")
        self.refuse_generated(USAGE, "nothing to do", "prompts")
        self.refuse_generated(USAGE, "--seed", "prompts", "--prompt", "a", "--seed", "1,-2")
        self.refuse_generated(USAGE, "--cell", "prompts", "--prompt", "a", "--cell", 1)
        self.refuse_generated(USAGE, "--dpi", "prompts", "--prompt", "a", "--dpi", 5)

    def test_limits_before_any_image_is_made(self):
        seeds = ",".join(map(str, range(401)))
        self.refuse_generated(LIMIT, "401 pictures; at most 400", "prompts", "--prompt", "a", "--seed", seeds)
        self.refuse_generated(LIMIT, "pixels; at most", "prompts", "--prompt", "a", "--seed", seeds[:1400], "--cell", 1024, "--dpi", 600, out="f.png")
        self.refuse_generated(LIMIT, "501 pictures", "steps", "--prompt", "a", "--steps", 500)

    def test_nothing_is_written_where_nothing_can_be(self):
        self.refuse_generated(IO, "there is no folder", "prompts", "--prompt", "a", out="none/f.svg")
        (self.folder / "folder.svg").mkdir()
        self.refuse_generated(IO, "it is a folder", "prompts", "--prompt", "a", out="folder.svg")

    def test_a_file_that_is_there_stays_until_the_new_one_is_whole(self):
        path = self.file("f.png", "old")
        running = subprocess.Popen([COMMAND, "figure", "steps", "--model", self.model, "--prompt", "a", "--steps", "1000", "--every", "10", "--out", path],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with self.assertRaises(subprocess.TimeoutExpired):
            running.wait(timeout=0.5)
        running.send_signal(signal.SIGTERM)
        running.communicate()
        self.assertIn(running.returncode, (TERMINATED, -signal.SIGTERM))  # the second before it has begun to listen
        self.assertEqual(path.read_text(), "old")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["f.png"])


if __name__ == "__main__":
    unittest.main()
