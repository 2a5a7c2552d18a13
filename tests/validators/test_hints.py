"""Hints in free notes are narrow: a sentence about something else than the case points at nothing; the narrow ones still do."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from skolemiljo.domain.case import Case
from skolemiljo.validators.known import KnownCase
from skolemiljo.validators.reading.hints import hinting_notes

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)


def noted(text: str, *, pupils: tuple[str, ...] = (), at: str = "2026-03-09T12:00:00+01:00") -> KnownCase:
    """A case with one free note."""
    case = Case.model_validate(
        {
            "id": "S-1",
            "school": "310000019",
            "status_history": [{"status": "open", "at": "2026-03-09T08:00:00+01:00"}],
            "pupils": [{"ref": "e1"}, {"ref": "e2"}],
            "log": [
                {"id": "n1", "kind": "note", "happened_at": at, "registered_at": at, "text": text, "pupils": pupils}
            ],
        }
    )
    return KnownCase(case, AS_OF)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("VA-08", "Eleven fikk beskjed."),
        ("VA-08", "Elev-1 fikk vite at rektor har fått melding."),
        ("VA-08", "Gutten fikk beskjed om meldingen."),
        ("VA-08", "Guten fekk vite at rektor har motteke meldinga."),
        ("VA-08", "Jenta vet at rektor har fått melding."),
        ("VA-08", "Barnet veit at rektor har fått meldinga."),
        ("VA-08", "Han fikk vite at rektor har meldingen."),
        ("VA-08", "Eg sa det til guten i friminuttet."),
        ("VA-08", "Gutten vet om meldingen."),
        ("VA-08", "Eleven ble kontaktet på telefon og fikk beskjed."),
        ("VA-08", "Tok eleven ut på gangen og forklarte at rektor har fått melding."),
        ("GI-03b", "Ga beskjed hjem."),
        ("GI-03b", "Møte med mor og far i dag."),
        ("TI-02", "Snakket med jenta i går."),
        ("TI-02", "Guten fortalde korleis det var."),
        ("UN-09", "Samtale med e-1."),
        ("VA-08", "Eleven fikk beskjed i storefri av kontaktlærer."),
        ("VA-08", "Eleven fikk beskjed om at rektor har fått melding."),
        ("VA-08", "Eleven fekk vite at rektor har motteke meldinga."),
        ("VA-08", "Møtte klassa. Eleven fekk beskjed om meldinga."),
        ("VA-08", "Informerte eleven om varselet."),
        ("VA-08", "Eleven vart orientert om at saka er meldt."),
        ("VA-08", "Snakka med ho i gangen, og ho veit at rektor har fått beskjed."),
        ("VA-08", "Ga eleven beskjed om dette før skoleslutt."),
        ("VA-09", "Ringte kommunalsjefen i dag."),
        ("VA-09", "Ringte kommunalsjefen om saken."),
        ("SK-07", "Varsla skuleeigar om mistanken."),
        ("VA-05", "Sa fra til rektor om at han slo."),
        ("VA-05", "Varslet rektor om Ola."),
        ("GI-03b", "Ringte mor om det som skjedde i friminuttet."),
        ("GI-04", "Orienterte foreldra om episoden."),
        ("UN-07", "Møte med foreldrene om hvordan eleven har det."),
        ("UN-12", "Analysen er ferdig."),
        ("UN-12", "Analyserte funna frå samtalane."),
        ("TI-04", "Skrev analyse og sammenfatning av undersøkelsen."),
        ("EV-01", "Evaluerte tiltakene med eleven."),
        ("EV-01", "Tiltaka er gjennomgått og evaluert."),
        ("EV-01", "Evaluert i dag sammen med far."),
        ("VA-08", "Ga beskjed til elev-1 om at rektor er orientert."),
        ("VA-08", "Snakket med ham i storefri, han vet at jeg har fått meldingen."),
        ("VA-08", "Guten fekk vite at rektor tek tak i dette."),
        ("VA-08", "Eleven er kjent med at rektor er varslet."),
        ("UN-09", "Hatt elevsamtale i dag, han er utrygg."),
        ("TI-02", "Hadde ein elevsamtale etter timen."),
    ],
)
def test_a_note_about_the_case_is_pointed_at(rule: str, text: str) -> None:
    assert hinting_notes(rule, noted(text)) == ("n1",)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("VA-08", "Skulle ha sagt det til eleven."),
        ("VA-08", "Sa det til guten at timen er flytta."),
        ("VA-08", "Gutten vet om turen."),
        ("VA-08", "Eleven var på tur, så mor fikk beskjed."),
        ("VA-08", "Eleven fikk beskjed om gymsko."),
        ("VA-08", "Gutten fikk beskjed om gymsko."),
        ("VA-08", "Jenta vet at det er gym i morgen."),
        ("VA-08", "Gutten vet ikke at rektor har fått melding."),
        ("VA-08", "Verken gutten eller jenta fikk beskjed om meldingen."),
        ("TI-02", "Planla tiltak uten å snakke med jenta."),
        ("TI-02", "Har ikkje snakka med guten."),
        ("VA-08", "Eleven fekk beskjed om å ta med gymsko."),
        ("VA-08", "Eleven fikk beskjed av læreren å ta med gymsko."),
        ("VA-08", "Eleven fikk beskjed: ta med gymsko."),
        ("VA-08", "Eleven fikk vite at timen er flyttet."),
        ("VA-08", "Ga eleven beskjed om turen."),
        ("VA-08", "Snakket med eleven og ga beskjed om matpakke."),
        ("VA-08", "Eleven ble informert om tentamen."),
        ("VA-08", "Snakka med ho om at rektor kjem på besøk."),
        ("VA-08", "Eleven har ikke fått beskjed om meldingen."),
        ("VA-08", "Eleven skal få beskjed. Må snakke med eleven."),
        ("VA-09", "Ringte kommunalsjefen om budsjettet."),
        ("SK-07", "Orienterte skoleeier om vikarbruken."),
        ("VA-05", "Sa fra til rektor om kopimaskinen."),
        ("L-02", "Varsla rektor om planleggingsdagen."),
        ("GI-03b", "Ringte mor om lekser."),
        ("GI-03b", "Ringte mor for å si at timen er flyttet."),
        ("UN-07", "Møte med foreldra om 17. mai-komiteen."),
        ("UN-12", "Analysen av diktet var god."),
        ("UN-12", "Analyserte novella i norsktimen."),
        ("EV-01", "Evaluert norskprøven."),
        ("EV-01", "Evaluering av klasseturen."),
        ("UN-07", "Avtalt møte med far til uka."),
    ],
)
def test_a_note_about_something_else_is_not(rule: str, text: str) -> None:
    assert hinting_notes(rule, noted(text)) == ()


def test_a_note_about_another_pupil_or_from_before_says_nothing() -> None:
    text = "Eleven fikk beskjed om at rektor har fått melding."
    assert hinting_notes("VA-08", noted(text, pupils=("e1",)), pupil="e1") == ("n1",)
    assert hinting_notes("VA-08", noted(text, pupils=("e1",)), pupil="e2") == ()
    assert hinting_notes("VA-08", noted(text), pupil="e2") == ("n1",)
    assert hinting_notes("VA-08", noted(text), since=date(2026, 3, 9)) == ("n1",)
    assert hinting_notes("VA-08", noted(text), since=date(2026, 3, 10)) == ()
