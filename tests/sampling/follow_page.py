"""follow_page.py PAGE SOURCE FOLDER: does to a copy in FOLDER what docs/extending.md says. A block of C++ is a new file, whose name the line
before gives; any other block whose line before names a file of the tree is a row, which goes below the last row of its kind."""

import fnmatch
import re
import sys
from pathlib import Path

FENCED = re.compile(r"^([^\n]*)\n```(\w*)\n(.*?)^```$", re.M | re.S)


def written_to(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def with_row(table, row):
    """The table with the row below the last of its macro."""
    macro = re.match(r"\w+\(", row)[0]
    last = table.rindex(f"\n{macro}") + 1
    end = table.index("\n", last) + 1
    return table[:end] + row + table[end:]


def found_by_build(source, name):
    """Whether a pattern of the folder's CMakeLists.txt finds the file."""
    lists = (source / name).parent / "CMakeLists.txt"
    patterns = re.findall(r"\S*\*\S*\.cpp", re.search(r"file\(GLOB (.*)\)", lists.read_text(encoding="utf-8"))[1])
    return any(fnmatch.fnmatch(Path(name).name, pattern) for pattern in patterns)


def main():
    page, source, folder = map(Path, sys.argv[1:])
    new = 0
    for before, language, text in FENCED.findall(page.read_text(encoding="utf-8")):
        named = re.search(r"`((?:src|tests)/[\w/.]+)`", before)
        if not named:
            continue
        if language == "cpp":
            if not found_by_build(source, named[1]) or (source / named[1]).exists():
                sys.exit(f"{page}: {named[1]} is not found by the build, or is there already")
            written_to(folder, named[1], text)
            new += 1
        else:
            written_to(folder, named[1], with_row((source / named[1]).read_text(encoding="utf-8"), text))
    if new != 2:
        sys.exit(f"{page}: {new} new files; a policy and its test were expected")


main()
