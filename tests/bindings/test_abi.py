"""abi/check.py lets additions pass and nothing else. Needs what that needs."""

import os
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "abi"))
import check
import generate

HEADER = generate.HEADER
LIBRARY = os.environ.get("RAYGEN_LIBRARY")


class Abi(unittest.TestCase):
    def tearDown(self):
        generate.HEADER = HEADER

    def after(self, *changes):
        """What is found when the header is changed: (old, new)…"""
        text = HEADER.read_text(encoding="utf-8")
        for old, new in changes:
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new, 1)
        with tempfile.TemporaryDirectory() as folder:
            generate.HEADER = Path(folder) / "raygen.h"
            generate.HEADER.write_text(text, encoding="utf-8")
            return check.differences()

    def test_the_header_and_the_library_hold_what_was_promised(self):
        self.assertEqual(check.differences(Path(LIBRARY) if LIBRARY else None), [])

    def test_what_is_committed_is_up_to_date(self):
        """Additions are committed with what they add."""
        header = generate.read_header()
        self.assertEqual({line[0] for line in check.read_list("symbols.txt")}, {each.name for each in header.functions})
        self.assertEqual(dict(check.read_list("constants.txt")), check.constants_of(header))

    def test_additions_pass(self):
        end = "#ifdef __cplusplus\n}\n#endif\n#endif /* RAYGEN_RAYGEN_H */"
        self.assertEqual(self.after((end, "RAYGEN_API int32_t raygen_new_call(const raygen_model *model);\n" + end)), [])
        self.assertEqual(self.after(("RAYGEN_ERROR_INTERNAL = 10 ", "RAYGEN_ERROR_INTERNAL = 10, RAYGEN_ERROR_NEW = 11 ")), [])
        self.assertEqual(self.after(("\n} raygen_options;", "\n  double new_field;\n} raygen_options;")), [])

    def test_removals_and_changes_fail(self):
        changes = {
            "a call is gone": ("RAYGEN_API int32_t raygen_abi_version(void);", ""),
            "a call has another name": ("raygen_session_trim(raygen_session", "raygen_session_clear(raygen_session"),
            "a parameter is of another type": ("raygen_text_token_count(const raygen_text *text, size_t i)",
                                               "raygen_text_token_count(const raygen_text *text, int32_t i)"),
            "a parameter more": ("raygen_model_memory(const raygen_model *model)", "raygen_model_memory(const raygen_model *model, int32_t parts)"),
            "another result": ("uint64_t raygen_model_memory", "uint32_t raygen_model_memory"),
            "a field in the middle": ("  int32_t steps;              /* K", "  int32_t guidance;\n  int32_t more;\n  int32_t steps;              /* K"),
            "a field less": ("  double temperature;         /* T >= 0; 1.0 */\n", ""),
            "a field of another type": ("  double temperature; ", "  float temperature; "),
            "a constant of another value": ("RAYGEN_ERROR_IO = 2,", "RAYGEN_ERROR_IO = 12,"),
            "a constant less": ("  RAYGEN_ERROR_INTERNAL = 10 ", "  RAYGEN_ERROR_DEFECT = 10 "),
            "another ABI version": ("#define RAYGEN_ABI_VERSION 0", "#define RAYGEN_ABI_VERSION 1"),
        }
        for what, change in changes.items():
            with self.subTest(what):
                self.assertNotEqual(self.after(change), [])


if __name__ == "__main__":
    unittest.main()
