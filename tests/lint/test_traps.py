"""Every trap of YAML is read as text or refused with line and column, by the whole command: no traceback, in less
than a second of CPU beyond starting and within 200 MB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CLEAN = (Path(__file__).parent / "clean.yaml").read_text("utf-8")
PYRAMID = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{n}: &{n} {{<<: [*{b}, *{b}]}}\n" for b, n in zip("abcdef", "bcdefg", strict=True)
)

TRAPS = {
    "NO": (CLEAN.replace("version: 1", "version: NO"), "E203", 3, 12),
    "off": (CLEAN.replace("currency: USD", "currency: off"), "E203", 6, 13),
    "octal": (CLEAN.replace("rate: 8%", "rate: 012%"), None, 0, 0),
    "octal version": (CLEAN.replace("version: 1", "version: 012"), "E203", 3, 12),
    "sexagesimal": (CLEAN.replace("within: 180 days", "within: 12:30"), "E203", 21, 62),
    "exponent": (CLEAN.replace("pays: 1000", "pays: 1e3"), "E203", 32, 11),
    "grouped": (CLEAN.replace("pays: 1000", "pays: 1_000"), None, 0, 0),
    "float": (CLEAN.replace("rate: 8%", "rate: 0.1"), "E204", 15, 22),
    "infinity": (CLEAN.replace("pays: 1000", "pays: .inf"), "E203", 32, 11),
    "not a number": (CLEAN.replace("pays: 1000", "pays: .nan"), "E203", 32, 11),
    "a day that is none": (CLEAN.replace("from: 2027-01-01", "from: 2027-02-30"), "E203", 4, 21),
    "a short date": (CLEAN.replace("from: 2027-01-01", "from: 2027-1-1"), "E203", 4, 21),
    "a date with a time": (CLEAN.replace("from: 2027-01-01", "from: 2027-01-01T00:00:00Z"), "E203", 4, 21),
    "an integer of many digits": (CLEAN.replace("version: 1", f"version: {'9' * 5000}"), "E203", 3, 12),
    "duplicate keys": (CLEAN.replace("rate: 8%", "rate: 8%, rate: 9%"), "E102", 15, 26),
    "a number as key": (CLEAN.replace("  id: small", "  1: small"), "E201", 2, 3),
    "an empty file": ("", "E101", 1, 1),
    "null": ("null\n", "E203", 1, 1),
    "a list": ("- a\n- b\n", "E203", 1, 1),
    "an alias pyramid": (PYRAMID, "E103", 1, 4),
    "a merge pyramid": (MERGES, "E103", 1, 4),
    "a tag": (CLEAN.replace("version: 1", "version: !!python/object/apply:os.system [ls]"), "E103", 3, 12),
    "deep nesting": ("".join(f"{' ' * n}a:\n" for n in range(1000)), "E104", 33, 33),
    "brackets": ("[" * 100_000, "E104", 1, 33),
    "braces": ("{a: " * 50_000, "E104", 1, 129),
    "tabs": (CLEAN.replace("  id: small", "\tid: small"), "E101", 2, 1),
    "a control byte": (CLEAN.replace("small", "sm\x07all"), "E101", 2, 9),
    "an escape": (CLEAN.replace("small", "sm\x1b[31mall"), "E101", 2, 9),
    "NUL": (CLEAN.replace("small", "sm\x00all"), "E101", 2, 9),
    "two documents": (CLEAN + "---\n" + CLEAN, "E103", 46, 1),
    "a plan of a megabyte": (CLEAN + "# a comment of a line\n" * 60_000, "E104", 0, 0),
    "a line of a megabyte": (f"plan: {{id: {'x' * 1_000_000}}}\n", "E202", 1, 1),
    "many small keys": ("".join(f"k{n}: 1\n" for n in range(45_000)), "E201", 1, 1),
    "many small lists": (f"a: [{'[],' * 100_100}]\n", "E104", 1, 299_996),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_read_as_text_or_refused_in_its_place(name: str, tmp_path: Path) -> None:
    text, code, line, column = TRAPS[name]
    path = tmp_path / "plan.yaml"
    path.write_bytes(text.encode())
    command = [sys.executable, "-m", "expcomp", "validate-plan", "--no-examples", "--format", "json", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        out, errors = process.communicate(timeout=60)
        assert process.returncode == (4 if code else 0), errors
    assert errors == ""
    found = json.loads(out)["findings"]
    if code:
        assert (code, line, column) in {(f["code"], f["line"], f["column"]) for f in found}
    else:
        assert found == []


@pytest.mark.parametrize(
    "name", ["brackets", "an alias pyramid", "a merge pyramid", "deep nesting", "many small keys", "many small lists"]
)
def test_no_trap_takes_long_or_much(name: str, tmp_path: Path) -> None:
    """Beside the same command on a plan of three lines, so that a slow machine does not matter."""
    path, small = tmp_path / "plan.yaml", tmp_path / "small.yaml"
    path.write_bytes(TRAPS[name][0].encode())
    small.write_text("plan:\n  id: a\n")
    base_s, _ = measured(small)
    cpu_s, peak_mb = measured(path)
    assert cpu_s - base_s < 1.0
    assert peak_mb < 200


MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def measured(path: Path) -> tuple[float, float]:
    """Seconds of CPU and the most memory of the command, in MB; a small process starts it, for a child begins with
    its parent's peak."""
    command = [sys.executable, "-m", "expcomp", "validate-plan", "--no-examples", str(path)]
    done = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True)
    code, cpu_s, peak_mb = done.stdout.split()
    assert code == "4"
    return float(cpu_s), float(peak_mb)
