"""BERT's WordPiece as CXR-BERT uses it: clean, split, lower, strip accents, longest match first."""

import re
import unicodedata
from pathlib import Path

SPECIAL = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")


def is_cjk(code):
    ranges = [(0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
              (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)]
    return any(first <= code <= last for first, last in ranges)


def is_punctuation(char):
    code = ord(char)
    ascii_symbol = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return ascii_symbol or unicodedata.category(char).startswith("P")


def clean(text):
    out = []
    for char in text:
        category = unicodedata.category(char)
        if char in " \t\n\r" or category == "Zs":
            out.append(" ")
        elif char in "\0\ufffd" or category.startswith("C"):
            continue
        elif is_cjk(ord(char)):
            out.append(f" {char} ")
        else:
            out.append(char)
    return "".join(out)


def words(text):
    for token in clean(text).split():
        token = unicodedata.normalize("NFD", token.lower())
        word = ""
        for char in token:
            if unicodedata.category(char) == "Mn":
                continue
            if is_punctuation(char):
                if word:
                    yield word
                yield char
                word = ""
            else:
                word += char
        if word:
            yield word


def read_vocabulary(path):
    return Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")


class WordPiece:
    def __init__(self, vocabulary):
        self.ids = {token: i for i, token in enumerate(vocabulary)}

    def pieces(self, word):
        if len(word) > 100:
            return [self.ids["[UNK]"]]
        ids, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self.ids.get(prefix + word[start:end])
                if piece is not None:
                    break
            else:
                return [self.ids["[UNK]"]]
            ids.append(piece)
            start = end
        return ids

    def tokens(self, text):
        ids = []
        for part in SPECIAL.split(text):
            if SPECIAL.fullmatch(part):
                ids.append(self.ids[part])
            else:
                for word in words(part):
                    ids += self.pieces(word)
        return ids

    def encode(self, text, length):
        ids = [self.ids["[CLS]"], *self.tokens(text)[: length - 2], self.ids["[SEP]"]]
        mask = [1] * len(ids)
        padding = length - len(ids)
        return ids + [self.ids["[PAD]"]] * padding, mask + [0] * padding
