"""Python: the options of sampling as keywords."""

from . import OF_THE_SCHEMA

TYPES = {"integer": "int", "number": "float", "string": "str", "boolean": "bool"}


def annotation(key):
    if key.choices:
        return f"Literal[{', '.join(repr(each).replace(chr(39), chr(34)) for each in key.choices)}]"
    return TYPES[key.type]


def sampling(keys):
    out = f'"""The keywords of sampling. {OF_THE_SCHEMA}"""\n\nfrom typing import Dict, {"Literal, " if any(key.choices for key in keys) else ""}Tuple, TypedDict\n\n\n'
    out += "class SamplingKeywords(TypedDict, total=False):\n"
    out += '    """How images are sampled. What is not given is the preset\'s, the config\'s or the model\'s."""\n\n'
    out += "".join(f"    {key.name}: {annotation(key)}\n" for key in keys)
    out += "\n\nKEYWORDS: Dict[str, Tuple[type, str]] = {\n"
    for key in keys:
        text = key.doc().replace("\\", "\\\\").replace('"', '\\"')
        out += f'    "{key.name}": (\n        {TYPES[key.type]},\n        "{text}",\n    ),\n'
    return out + '}\n"""Of each keyword what it is and what it means."""\n'
