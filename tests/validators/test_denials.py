"""Entries that deny themselves: what was not done, put off, or is still to be done proves nothing; a «not» in what was said does not count."""

from __future__ import annotations

import pytest

from skolemiljo.domain.log import LogEntry, LogKind
from skolemiljo.validators.reading.denials import denies_itself

# By the kinds they are true of: that it did not take place, that somebody was away, or only what is to come.
NOT_DONE = {
    "pupil_conversation": """samtalen ble avlyst|eleven var syk, tas neste uke|Eleven var borte i dag|e-1 ikke på skolen|Rakk ikke samtalen|
Samtalen utsettes|vikar i dag så det ble ikke noe av|Det ble ikke noe samtale|Fekk ikkje tid til samtalen|Skal snakke med eleven på fredag|
Har avtalt samtale med eleven til onsdag|planlagt samtale tirsdag|Snakket med mor i stedet|Guten var sjuk|ikke gjennomført|
Eleven er syk i dag. Prøver igjen torsdag.|Hadde gått hjem, tar det i morgen|Ikke tid i dag|Møtet med eleven ble flyttet til fredag|
Ho kom aldri til samtalen|Elevsamtale må tas i neste uke|Det vart ikkje noko av|samtale ikke holdt|Må avtale ny tid|
Helsesykepleier skal ha samtale med eleven i uke 12|SAMTALEN BLE AVLYST!""",
    "home_meeting": """mor møtte ikke|Foreldrene møtte ikke opp|Avlyst|Mor kom ikke. Nytt møte torsdag.|Kalt inn til møte, ingen svar|
innkalling sendt|
Møtet vart avlyst pga snøvêr|fikk ikke tak i foreldrene|Ingen dukket opp|mor glemte møtet|Møte flyttet til fredag|far ringte og avlyste|
Dei føresette kom ikkje|mor hadde ikke anledning|Far syk|Foreldrene meldte avbud|Vi fikk ikke til noe møte|Skal ha møte med foreldrene onsdag|
venter på svar fra mor|møtet går mandag""",
    "pupil_told": """fikk ikke sagt det|Eleven var syk|eleven hadde gått hjem|Sier det i morgen|Glemte det|Mor skal si det til henne|
eleven får beskjed mandag|Rakk det ikke før bussen gikk|må gjøres|tok ikke telefonen|Kontaktlærer sier det til han i morgon|ikke enda""",
    "observation": """ikke observert|Fikk ikke observert i dag|observasjonen ble avlyst, ingen vikar|skal observere i storefri|
ingen observasjon i dag|
e-1 var ikke på skolen, observerer i morgen|Observasjon utsatt til uke 13""",
    "enquiry_step": "ikke gjennomført|Utsatt|Samtalene tas neste uke|ikke gjort ennå|venter",
    "analysis": "Analysen er ikke gjort|Analysa er ikkje ferdig enno|Analysen tas i teamet neste uke|ikke rukket",
    "rector_received": """rektor er ikke informert|har ikke fått sagt det til rektor|Rektor var borte i dag|Sier fra til rektor i morgen""",
    "owner_notified": "ikke sendt|skal varsle i morgen|prøvde å ringe, fikk ikke svar|Sendes i morgen|skal varsles",
    "measure_started": """Tiltaket er ikke startet|starter neste uke|Kommer i gang etter ferien|Ikke på plass ennå|mangler vikar""",
    "feedback_meeting": "Avlyst, nytt møte settes|Møtet er planlagt til torsdag|Ikke avholdt",
    "staff_conversation": "Læreren er sykmeldt, samtale tas når hun er tilbake|Den ansatte nektet å møte",
}
# What was said, seen or agreed, with a «not», an absence or a day ahead in it; and the shortest true entries.
DONE = {
    "pupil_conversation": """eleven ville ikke snakke om far, men fortalte om bussen|Han vil ikke gå ut i storefri|
Ho seier ho ikkje har nokon å vere med|Hun hadde ikke sovet, sa at hun gruet seg|Ikke trygg på bussen|
eleven var syk i går, samtalen tatt i dag. Han fortalte om garderoben.|Eleven fortalte at læreren avlyste turen fordi de bråket|
Eleven var borte hele forrige uke. Gruer seg til gym.|Samtale fredag. Liker seg best når Kari er ute.|Utsatt for erting i gangen|
Eleven skal si fra til meg hvis det skjer igjen|Trist i dag. Alene i storefri hver dag.|Avtalt at hun kan gå inn 5 min før|
Vi avtalte ny samtale fredag|Ny samtale på torsdag|Guten gret. Er redd for bussen. Ny samtale måndag.|Eleven glemte gymtøy, de lo av henne|
Læreren var syk da det skjedde, ingen voksne i gangen|Vi rakk ikke å snakke om bussen, men garderoben er verst|
Gruppa tar fra ham ballen hver fredag|Skal ha med seg Ida inn neste gang|Er stadig hjemme fordi hun er redd""",
    "home_meeting": """Mor var enig. Far kunne ikke komme.|far møtte, mor kunne ikke|Mor sier han ikke vil på skolen|
Begge foreldre til stede. Neste møte avlyses ikke.|Møtet ble flyttet fra mandag, holdt i dag med mor|Avtalt ukentlig telefon med mor|
Enige om fast voksen. Neste møte flyttes til mai.|Mor er bekymret. Skal snakke med ham hjemme i helga.|
Telefon med far kl 14. Han tar det opp med sønnen.|Gjekk gjennom planen. Dei skal prate heime.|
Far hadde ikke tid lenge, men fikk med seg det viktigste|Hjemmebesøk. Eleven var hjemme.""",
    "pupil_told": """Sagt til eleven kl 13. Han ble ikke lei seg.|Hun sa ikke så mye, men nikket|Ja, kl. 12 i gangen|OK|gjort|
Eleven ville ikke ha med mor. Beskjed gitt av kontaktlærer.|Gjort, hun tok det fint. Mor får beskjed i morgen.|Sagt det. Skal snakke mer i morgen.""",
    "observation": """Ingen ville sitte ved siden av henne|Ikke observert dytting i dag|Krenkelser er ikke observert. Eleven sitter alene.|
Ingen hendelser i storefri|Utsatt elev står alene bak skuret|Eleven var syk i begynnelsen av uka. Tor og fre: alene ved gjerdet.""",
    "enquiry_step": "Snakket med tre elever, ingen hadde sett noe|3 elever spurt. Alle sier at han er alene|Ferdig",
    "analysis": "Mangler voksne i overgangene. Det skal settes inn vakt.|Hun må ha en voksen i nærheten på fredager",
    "rector_received": """Mottatt. Ikke alvorlig etter min vurdering.|ok|Har ikke snakket med eleven ennå|
Fikk ikke tak i foreldrene, prøver i morgen|Tar møte med mor i morgen""",
    "owner_notified": "Varslet på tlf, skriftlig varsel sendes i morgen|Sendt i ePhorte, ikke bekreftet mottatt ennå",
    "measure_started": "Startet i dag, eleven var ikke helt fornøyd|I gang fra i dag. Ass. begynner på mandag.|Starter i dag",
    "feedback_meeting": "Mor er ikke enig i tiltak 2, ellers greit|Møtte mor. Far ringes på fredag.",
    "staff_conversation": "Læreren mener det ikke var ment slik|Hun var hjemme syk, snakket på telefon",
}


def _each(by_kind: dict[str, str]) -> list[tuple[str, str]]:
    return [(kind, text) for kind, texts in by_kind.items() for text in texts.replace("\n", "").split("|")]


def _entry(kind: str, text: str) -> LogEntry:
    return LogEntry(id="l1", kind=LogKind(kind), happened_at=None, registered_at=None, text=text)


@pytest.mark.parametrize(("kind", "text"), _each(NOT_DONE))
def test_an_entry_that_says_it_was_not_done_denies_itself(kind: str, text: str) -> None:
    assert denies_itself(_entry(kind, text))


@pytest.mark.parametrize(("kind", "text"), _each(DONE))
def test_an_entry_of_what_was_said_there_does_not(kind: str, text: str) -> None:
    assert not denies_itself(_entry(kind, text))


@pytest.mark.parametrize(("kind", "text"), _each(NOT_DONE))
def test_that_it_was_done_after_all_takes_the_doubt_away(kind: str, text: str) -> None:
    done = {"measure_started": "Startet likevel i dag", "rector_received": "Mottatt likevel i dag"}
    after_all = done.get(kind, "Snakket likevel sammen i dag")
    assert not denies_itself(_entry(kind, f"{text}. {after_all}."))
