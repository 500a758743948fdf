"""The HTML page in a real browser, and whether its colours can be told apart."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from expcomp.output.document_html import to_html

from .test_forms import DOCUMENT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ENOUGH = 4.5
"""WCAG 2 AA: the contrast of text with what lies behind it."""


def palettes() -> dict[str, dict[str, str]]:
    css = to_html([DOCUMENT])
    found = [dict(re.findall(r"--(\w+): (#\w{6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)]
    return dict(zip(("light", "dark"), found, strict=False))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "soft", "accent"])
@pytest.mark.parametrize("behind", ["paper", "wash"])
def test_text_stands_out(scheme: str, text: str, behind: str) -> None:
    palette = palettes()[scheme]
    assert contrast(palette[text], palette[behind]) >= ENOUGH


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this system")
@pytest.mark.parametrize("width", [500, 1200])
def test_the_page_fits_the_window(width: int, tmp_path: Path) -> None:
    """A script of the test, in a copy of the page, measures what the browser laid out."""
    measure = "<script>document.title = document.documentElement.scrollWidth + ' ' + window.innerWidth</script>"
    page = tmp_path / "page.html"
    page.write_text(to_html([DOCUMENT]).replace("</body>", f"{measure}</body>"), encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        f"--window-size={width},800", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    laid_out, window = map(int, re.search(r"<title>(\d+) (\d+)</title>", dom).groups())  # type: ignore[union-attr]
    assert laid_out <= window
