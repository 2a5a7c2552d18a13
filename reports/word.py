"""A dossier as a Word document: the supervisor writes in it, and the archive keeps it. The same as the page and the PDF say."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..domain.errors import optional_part

if TYPE_CHECKING:
    from docx.document import Document

    from .report_language import Words


def document(title: str, words: Words, content: Mapping[str, Any], *, made: datetime) -> bytes:
    """``content``, as the dossier's PDF has it, in Word's own styles, so that its outline and its reader aloud work.

    Raises MissingPart where the extra ``word`` is not installed.
    """
    with optional_part("word"):
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Pt

    made_of = docx.Document()
    properties = made_of.core_properties
    properties.title, properties.author, properties.comments = title, "skolemiljo", ""
    properties.language = f"{words.language}-NO"
    properties.created = properties.modified = made.astimezone(UTC).replace(tzinfo=None)
    normal = made_of.styles["Normal"]
    normal.font.size = Pt(10)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): f"{words.language}-NO"})
    normal.element.get_or_add_rPr().append(language)
    made_of.add_paragraph(content["school"])
    made_of.add_heading(title, level=0)
    _table(made_of, (), content["about"])
    if content["hidden"]:
        unread = words.gettext("Ikke alt i saken kunne leses. Skjult eller uleselig:")
        made_of.add_paragraph(f"{unread} {content['hidden']}.", style="Intense Quote")
    made_of.add_heading(words.gettext("Hva som skjedde, og når"), level=1)
    made_of.add_paragraph(
        words.gettext("Tider er norsk tid. Bare tidspunkt, rolle, type og id; ingen tekst fra saken.")
    )
    heads = [words.gettext(head) for head in ("Når", "Hva", "Hvem (rolle)", "Ført", "Id")]
    _table(made_of, heads, content["events"])
    for section in content["sections"]:
        made_of.add_heading(f"{section['heading']} ({len(section['duties'])})", level=1)
        for duty in section["duties"]:
            made_of.add_heading(duty["question"], level=2)
            _table(made_of, (), [fact for fact in duty["facts"] if fact[1]])
            law = f"{duty['law']}." if duty["law"] else ""
            made_of.add_paragraph(" ".join(filter(None, (duty["rule"], duty["plan_words"], law, duty["plan"]))))
    made_of.add_heading(words.gettext("Grunnlaget"), level=1)
    if content["not_applicable"]:
        untouched = words.gettext("Plikter som ikke er utløst i saken:")
        made_of.add_paragraph(f"{untouched} {content['not_applicable']}.")
    if content["runs"]:
        made_of.add_paragraph(words.gettext("Kjøringer som har sett saken, med sporet i kjøreloggen."))
        _table(made_of, [words.gettext("Når"), words.gettext("Spor")], content["runs"])
    written = io.BytesIO()
    made_of.save(written)
    return written.getvalue()


def _table(made_of: Document, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose first row, where there are heads, comes again on each page."""
    if not rows:
        return
    from docx.oxml.ns import qn

    table = made_of.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for number, row in enumerate([heads, *rows] if heads else rows):
        cells = table.add_row()
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
        if heads and number == 0:
            properties = cells._tr.get_or_add_trPr()
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
    made_of.add_paragraph()
