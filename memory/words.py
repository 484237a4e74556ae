"""What words a text is found by: folded, freed of what every text has, reduced to their stems.

Pure. The same goes for what is kept and for what is asked, so both meet in any language whose
words are told apart by spaces; texts without spaces are cut into pairs of characters.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

LONGEST_WORD: Final = 40
MOST_WORDS: Final = 20_000
WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
DAY: Final = re.compile(r"\b(?:19|20)\d\d-(0[1-9]|1[0-2])-(?:[0-2]\d|3[01])\b")
NO_SPACES: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+"
)
MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
# Words that nearly every text has and no question means; question words among them.
_DROPPED: Final = """
a about above after again all also am an and any are as at be because been before being but by can
could d did do does doing down during each else few for from further had has have having he her here
hers herself him himself his how i if in into is it its itself just ll m me more most my myself no
nor not now of off on once only or other our ours out over own re s same she should so some such t
than that the their theirs them themselves then there these they this those through to too under
until up us ve very was we were what when where which while who whom whose why will with would you
your yours yourself
der die das den dem des ein eine einen einem einer und oder aber ist sind war waren wer wie wo wann
warum ich du er sie es wir ihr mit von zu im am auf fur nicht
le la les un une du de et ou est sont il elle je tu nous vous qui que quoi quand dans pour
el los las una y o son yo quien cuando donde por para con en
"""
DROPPED: Final = frozenset(_DROPPED.split())
# Forms that no rule of suffixes brings together; without them "went" does not answer "go".
IRREGULAR: Final = {
    form: base
    for base, forms in {
        "begin": "began begun",
        "bring": "brought",
        "build": "built",
        "buy": "bought",
        "catch": "caught",
        "child": "children",
        "choose": "chose chosen",
        "come": "came",
        "draw": "drew drawn",
        "drink": "drank drunk",
        "drive": "drove driven",
        "eat": "ate eaten",
        "fall": "fell fallen",
        "feel": "felt",
        "fight": "fought",
        "find": "found",
        "fly": "flew flown",
        "forget": "forgot forgotten",
        "get": "got gotten",
        "give": "gave given",
        "go": "went gone",
        "good": "better best",
        "grow": "grew grown",
        "hear": "heard",
        "hold": "held",
        "keep": "kept",
        "know": "knew known",
        "learn": "learnt",
        "leave": "left",
        "lose": "lost",
        "make": "made",
        "man": "men",
        "mean": "meant",
        "meet": "met",
        "pay": "paid",
        "person": "people",
        "ride": "rode ridden",
        "run": "ran",
        "say": "said",
        "see": "saw seen",
        "sell": "sold",
        "send": "sent",
        "sing": "sang sung",
        "sleep": "slept",
        "speak": "spoke spoken",
        "spend": "spent",
        "swim": "swam swum",
        "take": "took taken",
        "teach": "taught",
        "tell": "told",
        "think": "thought",
        "throw": "threw thrown",
        "understand": "understood",
        "wake": "woke woken",
        "wear": "wore worn",
        "win": "won",
        "woman": "women",
        "write": "wrote written",
    }.items()
    for form in forms.split()
}


def stems(text: str) -> Iterator[str]:
    """Yield the stem of each word that counts, as often as it stands there, in order."""
    folded = fold(text)
    for match in WORD.finditer(_with_months(folded)):
        word = match.group()
        if NO_SPACES.search(word):
            yield from _pairs(word)
            continue
        bare = re.split("['’]", word)[0] if word.endswith(("'s", "’s")) else word
        bare = bare.replace("'", "").replace("’", "")
        if bare not in DROPPED:
            yield stem(bare[:LONGEST_WORD])


def counted(texts: Iterable[str]) -> Counter[str]:
    """Return how often each stem stands in the texts, of very long ones in their beginning."""
    found: Counter[str] = Counter()
    for text in texts:
        for number, word in enumerate(stems(text)):
            if number == MOST_WORDS:
                break
            found[word] += 1
    return found


def asked(query: str) -> list[str]:
    """Return the different stems of a question, in order; of one with nothing else, its words."""
    found = list(dict.fromkeys(stems(query)))
    return found or [stem(match.group()) for match in WORD.finditer(fold(query))][:1]


def fold(text: str) -> str:
    """Return a text in one form: composed alike, small, Latin, Greek and Cyrillic without marks."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    return "".join(_bare(letter) for letter in text)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of one folded word, by the rules of its script."""
    word = IRREGULAR.get(word, word)
    if not word.isalpha():
        return word
    name = _language(word[0])
    return str(_stemmer(name).stemWord(word)) if name else word


@lru_cache(maxsize=4_000)
def _bare(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    script = unicodedata.name(parts[0], "")
    if len(parts) > 1 and script.startswith(("LATIN", "GREEK", "CYRILLIC")):
        return parts[0]
    return letter


def _with_months(text: str) -> str:
    """Return the text with the month of each date in words, too: people ask for "in May"."""
    months = [MONTHS[int(match.group(1)) - 1] for match in DAY.finditer(text)]
    return " ".join((text, *months)) if months else text


def _pairs(word: str) -> Iterator[str]:
    if len(word) == 1:
        yield word
    for place in range(len(word) - 1):
        yield word[place : place + 2]


def _language(letter: str) -> str:
    script = unicodedata.name(letter, "")
    for beginning, language in (
        ("LATIN", "english"),
        ("CYRILLIC", "russian"),
        ("GREEK", "greek"),
        ("ARABIC", "arabic"),
    ):
        if script.startswith(beginning):
            return language
    return ""


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer  # noqa: PLC0415 - slow, seldom needed

    return snowballstemmer.stemmer(language)
