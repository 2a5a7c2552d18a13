"""When and who in a plan: a time that can be held on to, and at least one person or post; everything else asks."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skolemiljo.validators.reading.responsible import Who, responsible
from skolemiljo.validators.reading.times import begins_on, names_a_time, over_by

TIMES = """12.10.|12.10.2026|Fra 12.10.|Uke 42|uke 42–45|Uke 42-45|u. 42|Veke 42|Mandager|Hver dag|Kvar dag|Daglig|
Dagleg|Hver fredag i storefri|I storefri|I friminuttene|I alle timer|I norsktimene|Oktober|Ut oktober|
Høsten 2026|Hausten|Til jul|Fram til jul|Før påske|Etter høstferien|Nå og ut mai|
fra 8. januar til vinterferien|15. september til 30. oktober|I seks uker|To ganger i uka|Ukentlig|Vekentleg|
Annenhver uke|Kl. 10.15|Ved skolestart|Hele skoledagen|Ut skoleåret|Neste uke|Første time mandag|I gymmen|
I kroppsøving|Matpausen|Om morgenen|Fra i dag|Fra mandag|Start 16.09|2026-09-16|Oppstart 16/9, slutt 16/10|
På mandager og onsdager|I overgangene|Hver morgen|Alle skoledager|Når eleven kommer inn fra friminutt|
I lunsjen|1. termin|
Man, ons, fre|Ma-fr|Man og ons|Tirs og tors|Skoledager|1 g/uke|11.30–12.00|I lillefri|Ukene 38-42|
Vekene 38–42|En måned|Innen 14 dager|i løpet av uke 40|Straks, og hver dag til 1. november|
Fra 1. oktober og ut året|Tirsdagar etter skulen|Ut mai|Våren 2027|Kvar måndag|Hver uke|Hver time|
Hvert friminutt|Kvart friminutt|Alle friminutt|I alle friminutt|
Annakvar fredag|1. og 3. torsdag i mnd|f.o.m. 3/11|innan jul|v. 13 og 14|Hver gymtime|hver tredje uke|de neste 4 ukene|
første skoledag etter påske|
partallsuker|Fra 10.3.2026 inntil videre|Noen ganger i uka, mandag og onsdag|Om våren en gang i uka""".replace(
    "\n", ""
).split("|")
NO_TIMES = """Når vi får vikar|Når vi får vikar på plass|Når me får vikar|Etter ferien|Ved behov|Etter behov|Jevnlig|
Fortløpende|Snarest|Se felt b|Ikke aktuelt|Som avtalt|Når det passer|Framover|Hele tiden|Straks|
Så snart som mulig|Senere|Når eleven er klar|Kommer|Må diskuteres|Avklares i uke 42|
Ikke bestemt, kanskje i uke 42|Når det trengs|Med jevne mellomrom|Inntil videre|Når foreldrene har svart|
Ingen|Så ofte vi kan|Når det er nok folk|En stund|Fra nå|Vår klasse|I perioder|Etter avtale|Når mor har tid|
Dersom det skjer igjen|Når BUP har svart|Når det er mulig|Litt hver gang|Så lenge som nødvendig|Fra oppstart|
Når kontaktlærer er tilbake|Uke 57|Veke 0|Uke 42?|Mandag?|Etter nærmere avtale i uke ?|I vinter en gang|Ein gang til våren|
Ved behov i friminutt|Etter behov i garderoben|
noen ganger i uka|etter høstferien en gang|en gang til våren|Avklares på møtet 12.10.|Kommer inntil videre""".replace(
    "\n", ""
).split("|")
SOMEBODY = """kontaktlærer + miljøterapeut|v/rektor|inspektør Anne|BUP og kontaktlærer|Ass.|KL|kontaktlerer|inspiserende lærer|
sosionom|pedagogisk leder SFO|
PPT ved Hanne Moen og kontaktlærer|
Lena|Kari|Mona|Kari Hansen|Per Olsen|Kari N.|KH|K.H.|Kari (kontaktlærer)|Rektor|Rektor og kontaktlærer|
Kontaktlærer|Kontaktlærer 5A|Kontaktlærar|Trinnleder 5. trinn|kontaktlærer-2|ansatt-3|a-04|Miljøterapeut|
Miljøterapeuten|Sosiallærer|Inspektør|Avdelingsleder|Assistent|Assistent på 5. trinn|Teamet ved Kari|
Miljøteamet v/ Kari|Kontaktlærer og eleven|SFO-leder|SFO-leiar|Spesialpedagog|Rådgiver|Espen|Karen|Einar|
Fatima|Zaynab|Bjørn-Erik|Anne-Lise Moen|Lena og Per|kontaktlærer Lena|Faglærer i norsk|Gymlærer|
Team 6. trinn ved trinnleder|Teamleder|Fagarbeider|Helsesykepleier|Undervisningsinspektør|Rektor Berg|
Ass. rektor|Kontaktlærerne|Vaktmester|Hanne M|Ola Nordmann, lærer|Marek|Kasia|Sosialpedagogisk rådgiver|
Norsklærer|Læreren i norsk|
Avd.leder|avd. leder|ktl|
Kont.lærer|Klassestyrer|spes.ped|SFO leder|Baseassistent|1:1-assistent|Studierektor|
Rektors stedfortreder|Hansen|Hansen og Olsen|Lærer Hansen|Tospråklig lærer|
Lærer 5A|Siw|Klasselærer|Mat- og helselæreren|Mat- og helselæraren|N.K.|Kontaktlærer (Lena)|Ansvarlig: Lena|Lena, Per|Lena/Per|Lena eller Per|
Elias""".replace("\n", "").split("|")
NOBODY = """alle på trinnet|kontaktlærer?|den som har tid|ledig stilling|felles ansvar|
Noen|Nokon|Klassen|Klassa|BUP|PPT|Team 6. trinn|Elev-1|elev-2|Eleven|Eleven selv|Ola (elev)|Mor|Foreldrene|
Far|Når vi får vikar|Etter ferien|Alle|Skolen|Lærerne|Ingen|Vet ikke|Se felt b|Trinnet|Elevrådet|Ledelsen|
Vikar|Som over|Den som har vakt|Personalet|Voksne|Noen på trinnet|Noen fra SFO|Klasse 5A|5. trinn|Mor til Ola|
Mamma|Pappa|Begge|Plangruppa|
Fordeles|Går på omgang|På rundgang|Rullerer|Barnevernet|Kommunen|Avklares med rektor|Rektor bestemmer hvem|Hvem som helst|De som er ute|
Inspeksjonsvaktene|Vaktene|Vakt|Miljøteamet|Ressursteamet|Nordre skole|Garderoben|Ukjent|Uke 42|Mandag|Daglig|
Hver dag|Foreldrekontakten|Lærer|Læreren|Assistentene|Trivselsledere|Trivselslederne|Vennene|Medelever|Fadder|
Fadderne|BUP v/ Hanne|Ikke bestemt|Kommer|Den det gjelder|Oss|Vi|Alle voksne|En voksen|Ein vaksen|Voksen ute|
N.N.|N. N.|Rektor avklarer|Rektor avklarar|Rektor fordeler|
Mobbing|Kollegiet|Ansvarlig|Navn|Storefri|Ikke kontaktlærer|Politiet|Fagteamet|Teamet|Sfo|Gutta|Jentene""".replace(
    "\n", ""
).split("|")
DECIDED = date(2026, 9, 15)


@pytest.mark.parametrize("text", TIMES)
def test_a_time_to_hold_on_to(text: str) -> None:
    assert names_a_time(text)


@pytest.mark.parametrize("text", NO_TIMES)
def test_no_time(text: str) -> None:
    assert not names_a_time(text)


@pytest.mark.parametrize("text", SOMEBODY)
def test_a_person_or_a_post(text: str) -> None:
    assert responsible(text) is Who.SOMEBODY


@pytest.mark.parametrize("text", NOBODY)
def test_nobody_in_particular(text: str) -> None:
    assert responsible(text) is not Who.SOMEBODY


@pytest.mark.parametrize("text", ["Eleven", "Elev-1", "Mor", "BUP", "Ola (elev)", "Mor til Ola", "Foreldra"])
def test_the_pupil_the_home_and_other_services_are_told_apart(text: str) -> None:
    assert responsible(text) is Who.OUTSIDE


@given(st.sampled_from(TIMES + NO_TIMES), st.sampled_from(["  {}", "{}.", "«{}»", "{}\n"]))
def test_spaces_and_signs_change_no_time(text: str, around: str) -> None:
    said = around.format(text.removesuffix("."))
    text = text.removesuffix(".")
    assert names_a_time(said) == names_a_time(text)
    assert names_a_time(said.upper()) == names_a_time(text)


@given(st.lists(st.sampled_from(NO_TIMES), min_size=2, max_size=3), st.sampled_from([", ", " og ", ". "]))
def test_several_without_a_time_name_none(parts: list[str], joint: str) -> None:
    assert not names_a_time(joint.join(parts))


@given(st.lists(st.sampled_from(NOBODY), min_size=2, max_size=3), st.sampled_from([", ", " og ", " eller "]))
def test_several_nobodies_are_nobody(parts: list[str], joint: str) -> None:
    assert responsible(joint.join(parts)) is not Who.SOMEBODY


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ("12.8.–20.8.", date(2026, 8, 20)),
        ("uke 30–32", date(2026, 8, 9)),
        ("Fra 1.8. til 20.8.", date(2026, 8, 20)),
        ("Frå veke 30 og ut august", date(2026, 8, 31)),
        ("August", date(2026, 8, 31)),
        ("16.9.–16.10.", date(2026, 10, 16)),
        ("16.9-16.10", date(2026, 10, 16)),
        ("ukene 38-42", date(2026, 10, 18)),
        ("16/9 - 16/10", date(2026, 10, 16)),
        ("16/9-26 til 16/10-26", date(2026, 10, 16)),
        ("1.9.2025 til 1.10.2025", date(2025, 10, 1)),
        ("Fra 1.9.", None),
        ("Frå og med veke 30", None),
        ("Hver fredag", None),
        ("våren 2026", date(2026, 6, 30)),
        ("sommeren 2025", date(2025, 8, 31)),
        ("sumaren 2025", date(2025, 8, 31)),
        ("høsten 2025", date(2025, 12, 31)),
        ("hausten 2025", date(2025, 12, 31)),
        ("Fram til jul 2025", date(2025, 12, 31)),
        ("Fra våren 2026", None),
        ("høsten", None),
    ],
)
def test_when_a_period_is_over(text: str, over: date | None) -> None:
    assert over_by(text, DECIDED) == over


def test_when_a_period_begins() -> None:
    assert begins_on("Fra 20.9. til 16.10.", DECIDED) == date(2026, 9, 20)
    assert begins_on("Hver fredag", DECIDED) is None


@pytest.mark.parametrize(
    "text", ["jf. referat av 12.9.", "Se møtereferat fra 14. september", "sjå referat frå 12.09.2026"]
)
def test_the_day_of_what_is_pointed_at_is_no_time(text: str) -> None:
    assert not names_a_time(text)


@pytest.mark.parametrize("text", ["OK", "Ok"])
def test_ok_is_nobodys_initials(text: str) -> None:
    assert responsible(text) is Who.NOBODY
