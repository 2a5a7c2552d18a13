"""What people read: both written languages, each in its own words; remedies that say what to do; questions that ask."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from string import Formatter
from types import ModuleType

import pytest

from skolemiljo import validators
from skolemiljo.commands import catalogue, cycles
from skolemiljo.validators import CHAPTERS, RULES, verdict_words
from skolemiljo.validators.page import Text
from skolemiljo.validators.rule import Rule

# Words of one of the written languages that are never right in the other.
_BOKMAAL = """
    alene alvorlig alvorlige annen annerledes annet ansatt ansatte ansvarlig ansvarlige antall avgjør avgjørende avklaringene bare
    begrunnelse begrunnelsen begynner besvart betyr ble bortvisning dager dagene datoer datoene dem dere deres derfor dessuten disse
    dårlig dårligst egen eget egne elever elevene elevenes en endrer endres endret ennå et ett evalueres faglig feltene fikk finnes flere
    foreldrene foresatte forholdene forklaringene forsinket forsto fortalte fortelle fortsatt fra fravær frister gikk gjeldende gjelder
    gjennomføres gjentar gjør gjøre gjøres godkjent hele helhetlig helligdager hendelse hendelsen hendelser hensikt hensyn hentes
    henvisning hjem hjemmet holder holdt hun hva hvem hver hverandre hvert hvilke hvilken hvilket hvis hvor hvordan hvorfor hører hørt høy
    ifra igjen ikke inneholder innen innspill ivaretatt jeg kalenderdager kaller kilden kommer kommet kontaktlærer krenkelse krenkelsen
    krever kreves laget lav leder lederen leser leses lest ligger logger loggene loggføres lovlig lovlige lukkes lukket løper løses løst
    malene mangler medvirkning melderen mener mer metoder metodene modenhet momenter momentene mottatt måned muntlig navn nevner noe noen
    numre nyere nå nærmeste omgivelsene opplevelse opplevelsen opplysninger opplysningene oppsto passer peker personer planer
    planene punktene påvirker regler reglene regnes regnet rekkefølge rettighetene rettslig riktig riktige rådgiver saksnumre samme
    sammenfatning sammenligner satt selv senere senest setter siden sier sjekkes skjedde skjerpet skoledager skoleeier skoler skolene
    skrevet skriftlig skriver skrives slutter snakker snakket snarest statsforvalteren sted stedfortreder sårbarhet særlig tall
    tatt taushetsplikten tegn telle teller telles tidligere tilbud tillater tiltakene timer trenger trengs uke uken uker ukene
    undersøkelse undersøkelsen undersøkelser uten utenfor utenom valgt varsler varsles varslet vedtatt vet videre virkelig vurderes
    vurderinger være vært åpen åpnet én
"""
_NYNORSK = """
    alvorleg annan anna ansvarleg avgjer berre byrjar dagar dei desse difor dykk då eigar eigen ein eit eitt elevar elevane endå enno fekk
    finst fleire foreldra framleis frå føresette gjekk gjeld gjer gjere gong gonger heile heim ho høg høyrd høyrt ikkje inga innan inneheld
    kjelda kjem kjend kome kontaktlærar kor korleis krenking kva kvar kvarandre kvart kven kvifor laga lagd leiar leiinga lesast låg
    løyse løyst manglar medan meir namn noka noko nokon nokre opna oppleving reglane rådgivar same sei seie seier sein seinare
    seinast seint sidan sjå sjølv skoledagar skoleeigar skriftleg statsforvaltaren tal teke teken telje tidlegare tilbod
    tilsett tilsette tiltaka treng trengst utan utanfor undersøking vart vedteken veit veke veker vekene vere vidare vore vurderast
"""
BOKMAAL_ONLY = frozenset(_BOKMAAL.split())
NYNORSK_ONLY = frozenset(_NYNORSK.split())
# Endings that are bokmål: «undersøkelse», «mulighet», «vurderingen», «ansvarlig»; and the genitive that nynorsk does without.
BOKMAAL_ENDINGS = re.compile(r"\w+(else|elsen|elser|elsene|heten|heter|hetene|ingen|ingene|lig|lige|enes|anes|ens|ets)")
NO_SUCH_ENDING = {"helse", "ingen"}


def words(text: str) -> list[str]:
    """The words of ``text`` itself; what stands in «…» is quoted; what stands in `…` or {…}, options and variables are no words."""
    return re.findall(r"[a-zæøåéòó]+", re.sub(r"«[^»]*»|`[^`]*`|\{[^}]*\}|(--|\$)[\w-]+", " ", text.lower()))


def bokmaal_in(text: str) -> set[str]:
    """Words that can't stand in a text in nynorsk."""
    said = words(text)
    ended = {word for word in said if BOKMAAL_ENDINGS.fullmatch(word)} - NO_SUCH_ENDING
    return ended | (BOKMAAL_ONLY & set(said))


def modules() -> Iterator[ModuleType]:
    yield cycles
    for found in pkgutil.iter_modules(validators.__path__):
        yield importlib.import_module(f"{validators.__name__}.{found.name}")


def texts_in(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def everything() -> dict[str, Text]:
    """Every text of the rules, their chapters and the words around them, by where it stands."""
    found: dict[str, Text] = {f"chapter {chapter.name}": chapter.title for chapter in CHAPTERS}
    for rule in RULES.values():
        for part in ("title", "remedy", "proof", "limits"):
            found[f"{rule.code} {part}"] = getattr(rule.page, part)
        found |= {f"{rule.code} {key}": question for key, question in rule.page.questions.items()}
    for module in modules():
        for name, value in vars(module).items():
            found |= {f"{module.__name__} {name} {n}": text for n, text in enumerate(texts_in(value))}
    return found


TEXTS = everything()


def fields(text: str) -> list[str]:
    return sorted(str(name) for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_the_texts_are_really_found() -> None:
    assert len(TEXTS) > 500
    assert {"VA-08 remedy", "VA-08 same_conversation", "chapter enquiry"} <= TEXTS.keys()
    assert any(text.nn == "frist går" for text in TEXTS.values())


def test_both_languages_are_there_with_the_same_fields() -> None:
    for place, text in TEXTS.items():
        assert text.nb.strip(), place
        assert text.nn.strip(), place
        assert fields(text.nb) == fields(text.nn), place


def test_nynorsk_is_nynorsk() -> None:
    assert {place: sorted(found) for place, text in TEXTS.items() if (found := bokmaal_in(text.nn))} == {}


def test_bokmaal_is_bokmaal() -> None:
    assert {p: sorted(found) for p, text in TEXTS.items() if (found := NYNORSK_ONLY & set(words(text.nb)))} == {}


def test_the_lists_would_see_it() -> None:
    assert bokmaal_in("Undersøkelsen er ikkje loggført") == {"undersøkelsen"}
    assert bokmaal_in("Kva er skolens syn?") == {"skolens"}
    assert bokmaal_in("Planen seier «ansvarlig», og ikkje kven.") == set()
    assert sum(bool(bokmaal_in(text.nb)) for text in TEXTS.values()) > len(TEXTS) * 0.8


def test_the_catalogue_in_nynorsk_is_nynorsk() -> None:
    found = {}
    for message in catalogue.read("nn"):
        said = [message.string] if isinstance(message.string, str) else list(message.string or ())
        wrong = {word for form in said for word in bokmaal_in(form)}
        if message.id and wrong:
            found[str(message.id)] = sorted(wrong)
    assert found == {}


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_school_is_called_as_in_the_law(language: str) -> None:
    """Opplæringslova, which is in nynorsk, says «skole» and «skolemiljø»; one word, and not two, on one page."""
    said = {word for text in TEXTS.values() for word in words(text.in_language(language))}
    assert {word for word in said if word.startswith("skule")} == set()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_speaks_plainly(rule: Rule) -> None:
    for language in ("nb", "nn"):
        assert not rule.page.title.in_language(language).endswith(".")
        for part in (rule.page.remedy, rule.page.proof, rule.page.limits):
            said = part.in_language(language)
            assert said.endswith("."), said
            assert said[0].isupper() or said[0] == "«", said
        for question in rule.page.questions.values():
            assert question.in_language(language).endswith("?"), question


WHERE = re.compile(
    r"logg|årshjul|plan|\bfelt\b|analysen|hendelsen|varselet|vurderingen|begrunnelsen|oppføringen|saken|rutine|dokument|legg inn|før det"
)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_remedy_says_where_it_is_to_be_written(rule: Rule) -> None:
    """«Før hvem som grep inn.» sends a rektor looking for the place."""
    assert WHERE.search(rule.page.remedy.nb.lower()), rule.page.remedy.nb


def test_common_questions_ask() -> None:
    for question in verdict_words.QUESTIONS.values():
        assert question.nb.endswith("?")
        assert question.nn.endswith("?")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_no_rule_blames_or_judges_by_law(rule: Rule) -> None:
    """The verdict is about what is written down; whether the law is broken, and what a child has met, is for people to say."""
    said = " ".join(
        text.in_language(language).lower()
        for language in ("nb", "nn")
        for text in (
            rule.page.title,
            rule.page.remedy,
            rule.page.proof,
            rule.page.limits,
            *rule.page.questions.values(),
        )
    )
    for word in (
        "lovbrudd",
        "lovbrot",
        "brudd på loven",
        "er utsatt",
        "er utsett",
        "offer",
        "mobber",
        "mobbar",
        "glemt",
        "gløymt",
        "forsømt",
        "slurv",
    ):
        assert not re.search(rf"\b{word}", said), word


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_title_says_the_duty(rule: Rule) -> None:
    """A title stands above «avvik» too, where «Rektor ble varslet» or «Planen er fulgt opp» would say the opposite of what was found."""
    for title in (rule.page.title.nb, rule.page.title.nn):
        assert " skal " in title, title


def test_no_text_says_what_the_plan_does_not() -> None:
    """What is put off is «utsatt»; a plan is «gjeldende»; a person is «den som er beskyldt»; a question names what it asks about."""
    wrong = re.compile(
        r"flytt(?:et|a) fram|vedta (?:planen|aktivitetsplan)|vedt(?:att|eke|eken) (?:aktivitets)?plan|den det gjeld|gjør det det|gjer det det"
        r"|var det den som skulle",
        re.I,
    )
    for name, text in TEXTS.items():
        for language in ("nb", "nn"):
            assert not wrong.search(text.in_language(language)), name
