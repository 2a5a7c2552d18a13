"""Is it an answer? A text of nothing but the form's own words is none, however it is put together; a short honest one is."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from skolemiljo.domain.activity_plan import ActivityPlan, Evaluation, Measure
from skolemiljo.domain.case import Incident
from skolemiljo.domain.log import BestInterest, LogEntry
from skolemiljo.validators.reading import answers
from skolemiljo.validators.reading.answers import known_fields, read_answer
from skolemiljo.validators.reading.bare_words import data as word_lists
from skolemiljo.validators.reading.bare_words import letting_go_of_texts
from skolemiljo.validators.reading.plan_texts import repeated
from skolemiljo.validators.reading.said import Place, Said

PROBLEM, MEASURE = "activity_plans.problem", "activity_plans.measures.text"

# Pairs in bokmål and nynorsk, by what they are.
NOTHING = {
    "denied": [
        ("Ingen", "Inga"),
        ("Nei", "Nei"),
        ("Ingenting", "Ingenting"),
        ("Ikke aktuelt", "Ikkje aktuelt"),
        ("Ikke aktuelt i denne saken", "Ikkje aktuelt i denne saka"),
        ("Ikke relevant for eleven nå", "Ikkje relevant for eleven no"),
        ("Uaktuelt", "Uaktuelt"),
        ("Ikke nødvendig", "Ikkje naudsynt"),
        ("Ingen merknader", "Ingen merknadar"),
        ("Utgår", "Fell bort"),
    ],
    "shrugged": [
        ("Vet ikke", "Veit ikkje"),
        ("Som avtalt", "Som avtalt"),
        ("Som vanlig", "Som vanleg"),
        ("Ja", "Ja"),
        ("OK", "OK"),
        ("Usikkert", "Uvisst"),
        ("Diverse", "Ymse"),
        ("Blir fulgt opp", "Blir følgd opp"),
        ("Det er for tidlig å si", "Det er for tidleg å seie"),
        ("Vi har ikke nok grunnlag for øyeblikket", "Vi har ikkje nok grunnlag akkurat no"),
    ],
    "put off": [
        ("Må diskuteres", "Må diskuterast"),
        ("Kommer", "Kjem"),
        ("Avklares senere", "Blir avklart seinare"),
        ("Ikke bestemt ennå", "Ikkje bestemt enno"),
        ("Under arbeid", "Under arbeid"),
        ("Fylles ut", "Fyllast ut"),
        ("Skal kartlegges", "Skal kartleggast"),
        ("Teksten kommer", "Teksten kjem"),
        ("Ikke avklart ennå", "Ikkje avklara enno"),
    ],
    "undone": [
        ("Analysen er ikke ferdig", "Analysen er ikkje ferdig"),
        ("Ikke evaluert", "Ikkje evaluert"),
        ("Ikke vurdert", "Ikkje vurdert"),
        ("Er vurdert", "Er vurdert"),
        ("Ikke utfylt", "Ikkje utfylt"),
        ("Utført", "Gjort"),
        ("Undersøkelsen er ikke avsluttet", "Undersøkinga er ikkje avslutta"),
        ("Problemstillingen er ikke klar", "Problemstillinga er ikkje klar"),
    ],
    "prompt": [
        ("Hvilket problem tiltakene skal løse", "Kva problem tiltaka skal løyse"),
        ("Problemet:", "Problemet:"),
        ("Skriv her", "Skriv her"),
        ("Klikk eller trykk her for å skrive inn tekst.", "Klikk her for å skrive inn tekst"),
        ("Beskriv problemet her", "Beskriv problemet her"),
        ("Her skriver du hvilket problem tiltakene skal løse", "Her skriv du kva problem tiltaka skal løyse"),
    ],
    "noise": [("-", "…"), ("xxx", "x x x"), ("test", "Lorem ipsum"), ("n/a", "i.a."), ("0", "000")],
}
LATER = [
    ("Må diskuteres med foreldrene", "Må diskuterast med foreldra"),
    ("Drøftes i teamet", "Drøftast i teamet"),
    ("Avklares på møtet 12.10.", "Avklarast på møtet 12.10."),
    ("Kommer etter møtet med PPT", "Kjem etter møtet med PPT"),
    ("Avklares når saksbehandler er tilbake", "Avklarast når saksbehandlar er tilbake"),
    ("Må diskuteres, foreldrene er uenige", "Må diskuterast, foreldra er usamde"),
    ("Fylles ut når vi vet mer om bussen", "Fyllast ut når vi veit meir om bussen"),
    ("Kommer når snøen har smeltet", "Kjem når snøen har smelta"),
    ("Drøftes med naboskolen", "Drøftast med naboskulen"),
]
ELSEWHERE = [
    ("Se planen", "Sjå planen", Place.PLAN),
    ("Se referat", "Sjå referat", Place.MINUTES),
    ("Se møtereferat fra 12.10.", "Sjå møtereferat frå 12.10.", Place.MINUTES),
    ("Se referat fra møtet med Ola sin mor", "Sjå referat frå møtet med mor til Ola", Place.MINUTES),
    ("jf. logg", "jf. loggen", Place.LOG),
    ("Står på hvert tiltak", "Står på kvart tiltak", Place.MEASURE),
    ("Samme som tiltak 1", "Same som tiltak 1", Place.MEASURE),
    ("Se felt b", "Sjå felt b", Place.FIELD),
    ("Fremgår av analysen", "Går fram av analysen", Place.ANALYSIS),
    ("Se vedlegg", "Sjå vedlegg", Place.OUTSIDE),
    ("Henviser til varselet av 8. september", "Viser til varselet av 8. september", Place.OUTSIDE),
    ("Utfyllende informasjon i eget dokument", "Utfyllande informasjon i eige dokument", Place.OUTSIDE),
    ("Se barnekonvensjonen artikkel 3", "Sjå barnekonvensjonen artikkel 3", Place.OUTSIDE),
    ("Videreføres", "Vidareførast", Place.SAME),
    ("Fortsetter som før", "Held fram som før", Place.SAME),
    ("Ligger i Teams", "Ligg i Teams", Place.OUTSIDE),
    ("Det samme", "Det same", Place.SAME),
    ("Som over", "Som ovanfor", Place.SAME),
    ("Likt som forrige", "Likt som førre", Place.SAME),
]
# What a hurried but honest person writes. None of it may be taken for a placeholder.
HONEST = """Mobbing|Slåssing|Utrygt ute.|Slås i kø.|Vakt|Voksen i køen|Vaksen i køen|Ro nå.|Ingen voksne ute|Ingen lærere i friminuttet|
Ingen lærarar i friminutta|Ingen kommentarer i gangen|Ingen slag eller dytting før skoletid|Se til at eleven ikke er alene|
Kommer for sent hver dag|Kjem for seint kvar dag|Venter alene i garderoben|Konflikten drøftes i klassens time hver mandag|
Som avtalt med mor: kontaktlærer har samtalen.|Målet er nådd|Ikke nådd|Delvis nådd|Virker|Det er ikke motstrid.|
Ingen. Han er alltid alene.|Nei, han er redd|Elevsamtale|Observasjon|Samtale med eleven|Enig|Samd|Bytte plass|Fast voksen|
Stå ved døra|Han blir stengt ute. Mer kommer senere.|Eleven kommer ikke inn i timen|Samme voksen hver dag|Same vaksen kvar dag|
Se film sammen om vennskap|Det er ikke trygt i garderoben|
Må se over gjerdet i friminuttet|Må sjå til eleven i friminutta|
Eleven er utrygg|Ønsket ikke|Ville ikkje seie noko|Brettspill|
Ikke aktuelt å bytte klasse, vi setter en voksen i garderoben|
Finne ut hvem som er alene i storefri|Blir gjort narr av i garderoben|Det settes opp en benk ved døra|Trenger en voksen|
Det trengs flere voksne ute|Ikke noen å være sammen med|Får ikke være med|Får ikkje vere med|Ingen har sett noe|Elevsamtale hver uke|
Husk å ta med ham ut|Blir tatt på skulderen i køen|Mobbingen fortsetter i garderoben|Fortsetter med voksen i garderoben|Følger ham til bussen|
Finner ingen å leke med|Han snakker ikke med noen|Fikk ikke være med i leken|Det er ikke avtalt hvem som tar vakt i garderoben|
Ved behov får han gå ut|Tatt med i leken av en voksen|Kjent voksen i garderoben""".replace("\n", "").split("|")

EVERYTHING = [text for pairs in NOTHING.values() for pair in pairs for text in pair]
EVERYTHING += [text for pair in LATER for text in pair] + [text for *pair, _ in ELSEWHERE for text in pair]
texts = st.sampled_from([*EVERYTHING, *HONEST])


@pytest.mark.parametrize("text", [text for pairs in NOTHING.values() for pair in pairs for text in pair])
def test_says_nothing(text: str) -> None:
    assert read_answer(text, PROBLEM).said is Said.NOTHING


@pytest.mark.parametrize(
    "path", [PROBLEM, "activity_plans.measures.text", "log.text", "activity_plans.pupil_contribution"]
)
@pytest.mark.parametrize(
    "text",
    [
        *(
            "Ingen kjente",
            "Som avtala",
            "Slik vi avtalte på møtet",
            "Avtalt med foreldrene",
            "Etter avtale med heimen",
            "Avtalt muntlig",
        ),
        *(
            "Som i fjor",
            "Vurdert tidligere",
            "Er vurdert tidlegare",
            "Vis til analyse",
            "Vi må diskutere dette nærmere",
        ),
        *(
            "Må diskuterast nærare med teamet",
            "Kommer vi tilbake til",
            "Kjem vi tilbake til",
            "Tas på neste møte",
            "Vert fylt ut seinare",
        ),
        *(
            "Vi får se",
            "Vi får sjå",
            "Det veit me ikkje",
            "Unødvendig",
            "Uendra",
            "Pågår",
            "Vi jobber med saken",
            "Me arbeider med saka",
        ),
        *(
            "Blir fulgt opp fortløpende",
            "Dersom nødvendig",
            "Tja",
            "Kanskje",
            "Ubesvart",
            "Ikke besvart",
            "Snakket om",
            "nei takk",
        ),
        *("Ikke vurdert fordi mor var syk", "Ikkje vurdert på grunn av sjukdom"),
        *("Har ikke hatt tid", "Har ikkje fått tid", "Ikke kommet så langt", "Ikkje kome så langt", "Må sees på"),
        *("Som i forrige plan", "Slik som i førre plan", "Ligger i elevmappa", "Ligg i elevmappa", "Som eleven sier"),
        *("Blir gjort etter jul", "Skal gjerast etter ferien", "Trengs ikke", "Trengst ikkje", "Tatt muntlig"),
        *("Kladd", "Under utredning hos PPT", "Til vurdering hos rektor", "Settes opp senere", "Ikke kartlagt"),
        *(
            "<p>Ikke aktuelt</p>",
            "&nbsp;",
            "<br/>",
            "Ikke akutelt",
            "Ikkje aktuellt",
            "Ikke relevant p.t.",
            "Ikke aktuelt pr. dags dato",
        ),
        *(
            "Skrives av kontaktlærer",
            "Rektor fyller ut",
            "Ikke oppgitt",
            "Har ikkje noko å seie",
            "Vi vet ikke nok",
            "Kjem an på",
        ),
        *(
            "Vi ser det an",
            "Ser hvordan det går",
            "Vi ser an situasjonen",
            "Ikkje klarlagt",
            "Se elevsamtale",
            "Vedlagt",
            "Vedlegg 1",
        ),
        *("Eget dokument", "Dokumentert annet sted", "Referat i Sikker Sak", "Husk å fylle ut", "NB! Må fylles ut"),
        *(
            "I gang",
            "Under planlegging",
            "Tas i ansvarsgruppa",
            "Skal innhentes",
            "Følges opp av kontaktlærer",
            "Er tatt hånd om",
        ),
        *("Kjent for skolen", "Kjend for skulen", "Vi jobber med å finne ut av dette"),
    ],
)
def test_what_only_seems_to_say_something_is_no_answer(text: str, path: str) -> None:
    assert read_answer(text, path).said is not Said.ANSWER


@pytest.mark.parametrize(
    "text", ["Rakk vi ikke", "Har ikkje fått evaluert dette", "Møtet ble avlyst", "Ikke evaluert fordi eleven var syk"]
)
def test_what_was_not_evaluated_is_no_evaluation(text: str) -> None:
    assert read_answer(text, "evaluations.result").said is not Said.ANSWER


@pytest.mark.parametrize("text", [text for pair in LATER for text in pair])
def test_is_put_off(text: str) -> None:
    assert read_answer(text, PROBLEM).said is Said.LATER


@pytest.mark.parametrize(("bokmaal", "nynorsk", "place"), ELSEWHERE)
def test_points_elsewhere(bokmaal: str, nynorsk: str, place: Place) -> None:
    for text in (bokmaal, nynorsk):
        answer = read_answer(text, PROBLEM)
        assert answer.said is Said.ELSEWHERE
        assert answer.pointer is not None
        assert answer.pointer.place is place


def test_a_pointer_says_which_field() -> None:
    pointer = read_answer("Se felt b", PROBLEM).pointer
    assert pointer is not None
    assert pointer.letter == "b"


@pytest.mark.parametrize("text", HONEST)
def test_a_short_honest_text_is_an_answer(text: str) -> None:
    assert read_answer(text, MEASURE).said is Said.ANSWER


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("log.decision", "Ingen", Said.ANSWER),
        ("log.decision", "Nei", Said.ANSWER),
        ("log.decision", "Ikke aktuelt", Said.NOTHING),
        ("log.decision", "Ikkje aktuelt, for berre to elevar var med", Said.ANSWER),
        ("evaluations.result", "Bra", Said.ANSWER),
        ("evaluations.result", "Ikke nådd", Said.ANSWER),
        ("evaluations.result", "Evaluert", Said.NOTHING),
        ("evaluations.result", "Tiltakene er evaluert opp mot målet", Said.NOTHING),
        ("best_interest.harmonise", "Ja", Said.ANSWER),
        ("best_interest.weighing", "Ja", Said.NOTHING),
        ("best_interest.text", "Vurdert i møte", Said.NOTHING),
        ("best_interest.guardians_and_experts", "Innhentet", Said.ANSWER),
        ("best_interest.guardians_and_experts", "Ikke aktuelt fordi foreldrene er døde", Said.ANSWER),
        ("best_interest.guardians_and_experts", "Ikke aktuelt", Said.NOTHING),
        (PROBLEM, "Ikke aktuelt fordi eleven har flyttet", Said.NOT_APPLICABLE),
        (PROBLEM, "Ikkje aktuelt. Eleven har flytta.", Said.NOT_APPLICABLE),
        (PROBLEM, "Ikke aktuelt, vi har ikke bestemt oss", Said.NOTHING),
        ("activity_plans.further_plans", "Drøftes på teammøtet hver fredag", Said.ANSWER),
        ("activity_plans.further_plans", "Avklares på møte med PPT 12.10.", Said.ANSWER),
        ("activity_plans.further_plans", "Kommer neste uke", Said.LATER),
        ("activity_plans.further_plans", "Må diskuteres", Said.NOTHING),
        (MEASURE, "Diskuteres i klassen hvordan vi snakker til hverandre", Said.ANSWER),
    ],
)
def test_what_answers_one_field_does_not_answer_another(path: str, text: str, said: Said) -> None:
    assert read_answer(text, path).said is said


# What the form itself asks with, in a sentence that says something, and by itself.
OF_THE_PROMPT = {
    "evaluations.result": (
        "Vi er i mål | Vi er ikke i mål | Me er i mål | Me er ikkje i mål | Ikke i mål | I mål | Tiltaket er ikke "
        "i mål ennå | Vi er nå i mål | Eleven er i mål | Tiltakene er i mål | Målet er nådd | Målet er ikke nådd |"
        " Måla er nådde | Mål nådd | Tiltaket virker | Tiltaka verkar ikkje | Eleven trives | Ingen endring | "
        "Ingen endringar | Det går bra | Delvis | Vi kom i mål | Vi kom ikkje i mål | Ansvarlig lærer sier det går"
        " fint | Resultatet er at hun leker igjen | Vi er kommet i mål | Målet er oppnådd | Målet ikke oppnådd | "
        "Delvis oppnådd | Måloppnåelse | Mål delvis nådd | Evalueringen viser at målet er nådd | Tiltaket har hatt"
        " god effekt | Vi er på vei mot målet | Tiltak avsluttes, mål nådd | Ikkje nådd | Ja, vi er i mål | Nei, "
        "vi er ikke i mål | Resultatet er dårlig",
        "Mål | Mål: | Resultat | Evaluert | Ikke evaluert | Ikkje evaluert | Evaluert opp mot mål | Evaluering av "
        "tiltak opp mot mål | Vi har evaluert tiltakene opp mot målene | Tiltaket er evaluert | Resultat av "
        "evaluering | Målet er evaluert | Det er evaluert | Evalueres | Skal evalueres | Evaluering | Er vi i mål?"
        " | Evalueringa er gjort | Resultatet er evaluert | Vi er ferdige | Evaluering kommer | Se referat | Som "
        "avtalt | Følges opp",
    ),
    "log.decision": (
        "Ja | Nei | Ingen | Klassen får tilbakemelding | Klassen får ingen tilbakemelding | Klassa skal få "
        "tilbakemelding | Ingen tilbakemelding til klassen | Klassen fikk ikke tilbakemelding | Kontaktlærer "
        "informerer klassen",
        "Tilbakemelding til klassen | Tatt stilling | Tatt stilling til tilbakemelding til klassen | Det er tatt "
        "stilling | Må diskuteres | Avgjørelse | Stilling til tilbakemelding",
    ),
    "best_interest.harmonise": (
        "Det er mulig | Ikke mulig | Det er ikkje mogleg | Ja | Nei | Det er mulig å harmonisere",
        "Er det mulig å harmonisere? | Er det mulig å harmonisere det som er det beste for barnet med andre hensyn"
        " | Hensyn til andre barn | Se planen",
    ),
    "activity_plans.problem": (
        "Problemet er klassen | Eleven er redd i friminuttene | Problemet er friminuttene | Eleven har det ikke bra",
        "Hvilket problem skal tiltakene løse | Problem | Problemet skal løses | Problemet i skolemiljøet | "
        "Tiltakene skal løse problemet",
    ),
    "activity_plans.measures.goal": (
        "Målet er at eleven skal trives | Ho skal ha det trygt | Eleven skal ha det bra | Målet er trygge friminutt",
        "Mål | Mål for tiltaket | Hva skal oppnås | Målet skal oppnås",
    ),
    "activity_plans.pupil_contribution": (
        "Eleven ønsker fast voksen i friminuttene | Eleven vil ha plass ved døra | Eleven sier hun vil sitte framme",
        "Eleven har bidratt | Elevens innspill | Innspill fra eleven | Eleven er hørt | Eleven har medvirket",
    ),
    "log.child_experience": (
        "Eleven opplever å være alene | Bra | Barnet er redd | Eleven gruer seg",
        "Barnets opplevelse | Elevens subjektive opplevelse | Hvordan opplever eleven det",
    ),
    "log.surroundings": (
        "Plassering i klasserommet og garderoben | Påvirkes av støy | Gjengen i friminuttet",
        "Forhold i omgivelsene | Forhold i omgivelsene som påvirker | I omgivelsene | Det er forhold i skolemiljøet",
    ),
    "activity_plans.assessments": (
        "Skolen vurderer at hun trenger voksne rundt seg | Vi mener situasjonen er alvorlig",
        "Skolens vurdering | Vurdering | Skolens vurderinger | Beskriv skolens vurderinger | Skolen har vurdert | "
        "Vurdert",
    ),
    "activity_plans.further_plans": (
        "Oppfølging hver uke med samtaler | Vi fortsetter tiltakene til jul",
        "Videre plan | Videre planer | Oppfølging | Skolens videre planer",
    ),
    "activity_plans.summary_of_enquiry": (
        "Samtalene viste at hun er alene",
        "Oppsummering | Oppsummering av undersøkelsene | Undersøkelsene er oppsummert | Hva viste undersøkelsene |"
        " Undersøkelsene er gjort",
    ),
    "best_interest.weight_given": (
        "Størst vekt | Avgjørende | Stor vekt",
        "Barns beste har fått vekt | Hvilken vekt barns beste har fått",
    ),
    "best_interest.guardians_and_experts": (
        "Innhentet | Ja | Mor er enig | Foreldrene er enige",
        "Synspunkt fra foreldre og fagfolk | Synspunkter",
    ),
}


@pytest.mark.parametrize("path", OF_THE_PROMPT)
def test_a_word_of_the_prompt_is_an_answer_only_in_a_sentence_that_says_something(path: str) -> None:
    said, asked = (
        [(text, read_answer(text, path).said) for text in texts.split(" | ")] for texts in OF_THE_PROMPT[path]
    )
    assert [text for text, worth in said if worth is not Said.ANSWER] == []
    assert [text for text, worth in asked if worth is Said.ANSWER] == []


SHORT = tomllib.loads((Path(__file__).parent / "short_answers.toml").read_text("utf-8"))


@pytest.mark.parametrize("path", SHORT)
def test_what_is_typed_in_a_hurry_is_read_as_it_was_meant(path: str) -> None:
    said = {text: read_answer(text, path).said is Said.ANSWER for texts in SHORT[path].values() for text in texts}
    assert [text for text in SHORT[path].get("says", ()) if not said[text]] == []
    assert [text for text in SHORT[path].get("asks", ()) if said[text]] == []


@pytest.mark.parametrize("text", ["Ja?", "Voksen ute?", "Kanskje lekegruppe?", "Er klassen trygg? Skal vi gjøre noe?"])
@pytest.mark.parametrize("path", ["log.decision", PROBLEM, MEASURE, "best_interest.harmonise", "evaluations.result"])
def test_a_question_answers_nothing(text: str, path: str) -> None:
    assert read_answer(text, path).said is Said.NOTHING


@pytest.mark.parametrize(
    "text",
    [
        "«Hvorfor er det alltid meg?»",
        "Hvorfor vil ingen leke med meg?",
        "Bedre, men hva med bussen?",
        "Redd (for e-2?)",
    ],
)
def test_a_question_that_is_told_or_stands_beside_takes_nothing_back(text: str) -> None:
    assert read_answer(text, "best_interest.child_views").said is Said.ANSWER


def test_every_field_is_one_of_the_case_format() -> None:
    models: dict[str, type[BaseModel]] = {
        "activity_plans": ActivityPlan,
        "activity_plans.measures": Measure,
        "evaluations": Evaluation,
        "incidents": Incident,
        "log": LogEntry,
        "best_interest": BestInterest,
    }
    for path in known_fields():
        model, _, name = path.rpartition(".")
        assert name in models[model].model_fields, path


_PIECES = [phrase for phrases in word_lists("answers.toml")["words"].values() for phrase in phrases]
_PIECES += [
    "leksehjelp",
    "kantina",
    "12.10.",
    "ja",
    "nei",
    "000",
    "felt b",
    "jf. logg",
    "n/a",
    "fordi",
    "på grunn",
    "av di",
]


@given(
    parts=st.lists(
        st.tuples(st.sampled_from(_PIECES), st.sampled_from([" ", ", ", ". ", "; ", " – ", "\n"])), max_size=9
    ),
    path=st.sampled_from([None, *sorted(known_fields())]),
)
@example(parts=[("på grunn", " ")], path=None)
@example(parts=[("n/a", " ")], path=None)
@example(parts=[("ikke aktuelt", " "), ("leksehjelp", ". ")], path=None)
def test_the_short_way_reads_what_the_long_way_reads(parts: list[tuple[str, str]], path: str | None) -> None:
    text = "".join(piece + sign for piece, sign in parts)
    with letting_go_of_texts():
        short = read_answer(text, path)
    with pytest.MonkeyPatch.context() as patched, letting_go_of_texts():
        patched.setattr(answers, "_says_its_own_first", lambda *_: False)
        assert read_answer(text, path) == short


@given(texts, st.sampled_from(sorted(known_fields())), st.data())
def test_case_spaces_and_signs_change_nothing(text: str, path: str, data: st.DataObject) -> None:
    said = read_answer(text, path).said
    assert read_answer(text.swapcase(), path).said is said
    assert read_answer(unicodedata.normalize("NFD", text), path).said is said
    space = data.draw(st.sampled_from(["  ", "\t", "\u00a0", " \u00a0 "]))
    assert read_answer(f"  {text.replace(' ', space)} ", path).said is said
    if not text.endswith("."):
        assert read_answer(f"{text}.", path).said is said
    assert read_answer(f"«{text}»", path).said is said


@given(
    st.lists(texts, min_size=2, max_size=4),
    st.sampled_from([". ", "; ", "\n", " – ", "! "]),
    st.sampled_from(sorted(known_fields())),
)
def test_texts_together_answer_only_where_one_of_them_does(parts: list[str], joint: str, path: str) -> None:
    together = read_answer(joint.join(parts), path).said
    assert together is not Said.ANSWER or any(read_answer(part, path).said is Said.ANSWER for part in parts)


@given(
    st.lists(
        st.sampled_from([text for pair in NOTHING["denied"] + NOTHING["shrugged"] for text in pair]),
        min_size=1,
        max_size=5,
    )
)
def test_no_number_of_shrugs_is_an_answer(parts: list[str]) -> None:
    for joint in (" ", ", ", " og ", " / "):
        assert read_answer(joint.join(parts), PROBLEM).said is Said.NOTHING


def test_the_same_sentence_in_three_fields_is_no_answer_to_all_of_them() -> None:
    same = "Tett oppfølging av eleven i friminuttene"
    plan = {PROBLEM: [same], MEASURE: ["Voksen ute", same + "."], "activity_plans.goal": [same.upper()]}
    assert repeated(plan) == set(plan)
    assert repeated({**plan, "activity_plans.goal": ["Eleven er trygg"]}) == set()
    assert repeated({MEASURE: [same, same, same], PROBLEM: [same]}) == set()
    assert repeated({path: ["Se planen"] for path in plan}) == set()


def test_a_question_in_the_first_person_is_what_somebody_said() -> None:
    assert read_answer("Vondt i magen?").said is Said.NOTHING
    for told in ("Jeg har vondt i magen?", "Eg har vondt i magen?", "Har vondt i magen min?"):
        assert read_answer(told).said is Said.ANSWER, told
