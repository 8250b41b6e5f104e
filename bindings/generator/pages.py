"""The tables of the documentation, between their marks."""

from . import ROOT


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def row(*cells):
    return "| " + " | ".join(cell(each) for each in cells) + " |\n"


def code(text):
    return f"`{text}`" if text else ""


def values(key):
    return ", ".join(code(str(each)) for each in key.choices) or key.range


def options(keys, presets):
    out = row("Option", "Type", "Values", "Default", "Meaning", "Source") + "|---|---|---|---|---|---|\n"
    for key in keys:
        out += row(code(key.name), key.type, values(key), code(key.default_text), key.meaning, key.source)
    defaults = {key.name: key.default for key in keys}
    out += "\n" + row("Preset", "What it is", "Other than the defaults") + "|---|---|---|\n"
    for name, preset in presets.items():
        other = {key: value for key, value in preset["values"].items() if value != defaults.get(key)}
        out += row(code(name), preset["description"], ", ".join(code(f"{key}={value}") for key, value in other.items()))
    return out


def training(keys):
    """A table of the keys outside of sections, then one for each section that has keys of its own."""
    sections = {"": ("", [])}
    for key in keys:
        if key.type == "object":
            sections[key.path] = (key.meaning, [])
        else:
            sections[key.path.rpartition(".")[0]][1].append(key)
    out = ""
    for path, (meaning, held) in sections.items():
        if path:
            out += f"\n### `{path}`\n{meaning[:1].upper()}{meaning[1:]}{'' if meaning.endswith('.') else '.'}\n"
        if held:
            out += "\n" * bool(path) + row("Key", "Type", "Values", "Default", "Meaning", "Source") + "|---|---|---|---|---|---|\n"
        for key in held:
            kind = "integers" if key.type == "array" else key.type
            out += row(code(key.name), kind, values(key), code(key.default_text), key.meaning, key.source)
    return out


def page(name, mark, table):
    """The page with the table between its marks."""
    path = ROOT / "docs" / name
    begin, end = f"<!-- {mark}: written by bindings/generate.py -->\n", f"<!-- /{mark} -->\n"
    before, found, rest = path.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"docs/{name} lacks the lines {begin.strip()} and {end.strip()}")
    return path, before + begin + table + end + after
