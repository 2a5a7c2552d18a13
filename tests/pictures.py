"""The pictures in docs/pictures, made anew by ``make pictures``: every page that people open, as Chromium shows it.

Each page is shown at 1280 and 390 pixels, light and dark, and on paper; what is invented in them is what ``make demo`` left
in build/demo. They are WebP, as Chromium itself writes it, so that they take little room.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from skolemiljo.adapters.mock.municipality import Municipality
from skolemiljo.cli import main
from skolemiljo.commands import mocking
from skolemiljo.tests.conftest import CHROMIUM_ARGUMENTS, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES = ROOT / "docs" / "pictures"
WIDE, NARROW, PAPER = (1280, 900), (390, 900), (794, 1123)
SHOWN = (
    ("1280 px", WIDE, "light", "screen", 0.5),
    ("1280 px, mørk", WIDE, "dark", "screen", 0.5),
    ("390 px", NARROW, "light", "screen", 0.5),
    ("390 px, mørk", NARROW, "dark", "screen", 0.5),
    ("på papir (A4)", PAPER, "light", "print", 0.4),
)


_TO_WEBP = """async ([png, scale]) => {
  const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.width * scale, picture.height * scale];
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/webp', 0.7).split(',')[1];
}"""


def webp(browser: Browser, png: bytes, scale: float = 1.0) -> bytes:
    """``png`` as WebP, ``scale`` times as large."""
    blank = browser.new_page()
    made: str = blank.evaluate(_TO_WEBP, [base64.b64encode(png).decode(), scale])
    blank.close()
    return base64.b64decode(made)


def first_screen(browser: Browser, page: Path, size: tuple[int, int], scheme: Any, media: Any) -> bytes:
    """What ``page`` shows first, as PNG."""
    view: Any = {"width": size[0], "height": size[1]}
    shown = browser.new_page(viewport=view, color_scheme=scheme, bypass_csp=True)
    shown.emulate_media(media=media, color_scheme=scheme)
    shown.goto(page.as_uri())
    if media == "print":
        shown.add_style_tag(content="body{margin:57px 57px 68px!important}")  # the sheet's own margins, 15 and 18 mm
    made = shown.screenshot()
    shown.close()
    return made


def sheet(browser: Browser, page: Path) -> bytes:
    """``page`` in every way that it is met, side by side, as PNG."""
    boxes = []
    for name, size, scheme, media, scale in SHOWN:
        data = base64.b64encode(first_screen(browser, page, size, scheme, media)).decode()
        picture = f'<img src="data:image/png;base64,{data}" width="{round(size[0] * scale)}">'
        boxes.append(f"<figure>{picture}<figcaption>{name}</figcaption></figure>")
    style = "body{margin:12px;display:flex;flex-wrap:wrap;gap:12px;font:14px sans-serif}figure{margin:0}img{border:1px solid #bbb}"
    whole = browser.new_page(viewport={"width": 1340, "height": 100})
    whole.set_content(f"<style>{style}</style>" + "".join(boxes))
    made = whole.screenshot(full_page=True)
    whole.close()
    return made


def one_case(folder: Path) -> dict[str, Path]:
    """A serious case of the invented municipality: as rektor opens it, and as a state supervisor gets it."""
    town = Municipality(calm=True)
    mocking.folder(folder, seed=town.seed, schools=town.school_count, cases=town.case_count, calm=True)
    settings = folder / "settings.toml"
    named = f'municipality = "{town.name}"\nschool_calendar = "skolerute.toml"\nstore = "lager.sqlite"\n'
    settings.write_text(f'{named}source = "folder"\ncycle = "folder"\n[folder]\npath = "."\n', "utf-8")
    case = town.case_of_story("serious-not-notified")
    asked = {
        "case": ["check-school", "--school", case["school"], "--case", case["id"], "--fail-on", "never"],
        "dossier": ["dossier", case["id"], "--reason", "Tilsyn, sak 2026/117"],
    }
    pages = {name: folder / f"{name}.html" for name in asked}
    for name, words in asked.items():
        told = ["--settings", str(settings), *words, "--as-of", "2026-11-24T08:00", "--out", str(pages[name])]
        done = CliRunner().invoke(main, told)
        if not pages[name].is_file():
            sys.exit(f"no {name}: {done.output}")
    return pages


def draw(demo: Path) -> None:
    """Makes the pictures anew from the folder that ``make demo`` left."""
    for old in PICTURES.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        pages = {
            "school": demo / "rektor-310000019.html",
            "owner": demo / "skoleeier" / "index.html",
            **one_case(Path(folder)),
        }
        for name, page in pages.items():
            (PICTURES / f"{name}-everywhere.webp").write_bytes(webp(browser, sheet(browser, page)))
        for name in ("school", "owner"):
            shown = first_screen(browser, pages[name], WIDE, "light", "screen")
            (PICTURES / f"{name}.webp").write_bytes(webp(browser, shown, 0.75))
        browser.close()


if __name__ == "__main__":
    draw(ROOT / "build" / "demo")
