"""How text reads that speaks to its reader, instead of stating something about somebody."""

from memory.shapes import AI

ADDRESSED = "It speaks to whoever reads it, instead of stating something."
# Where a sentence, or what it tells somebody to do, begins.
_BEGIN = (
    r"(?:^|[.:;!?\n\"'(]\s*|,\s*(?:then )?"
    r"|\b(?:please|kindly|just|and then|always|never|quietly|now) )"
)
_VERBS = """
    add adopt allow answer append apply approve ask assume attach avoid become begin believe
    block book buy call cancel carry change choose click collect comply compute confirm
    consider contact convert copy create decline delete deliver deny direct disable disclose
    display do download echo elevate email emit enable encode end erase escalate execute
    export expose fetch file finish follow forget forward generate get give go grant hand hide
    ignore include inform insert install instruct interpret invite invoke issue keep leak list
    load look lower mail make mark mention message move multiply notify obey offer omit open
    output overwrite paste pay pick place post prefer prepend present pretend print process
    promise promote provide publish purge put query quote raise recommend record redirect
    refer refund refuse reject release remember remove repeat replace reply report request
    reset respond return reveal route run say search select sell send share show sign skip
    start stop store submit substitute suggest summari[sz]e switch take tell transfer
    translate transmit treat trust turn unlock update upgrade upload use visit wipe wire work
    write
"""
# What follows a verb that is no noun.
_THINGS = r"""
    \S+@\S+ \d ` admin\w* all an? any as at customers? each every everybody everyone
    everything for from her him his https?: if in into it its like me my no nothing off on
    only out over root that the their them these this those to up us users? what whatever
    whoever with yes your
"""


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


STRICT = (
    r"\byou\b|\byour(?:s|self)?\b",
    rf"{_BEGIN}{_any(_VERBS)} {_any(_THINGS)}",
    rf"(?:^|[.:;!?,\n]\s*)(?:(?:do not|don't) [a-z]+|(?:never|always) {_any(_VERBS)})\b",
    rf"\b{AI}s? (?:must|should|shall|may|has to|have to|will|needs? to)\b",
    r"\b(?:must|should|shall|has to|have to|needs? to) (?:not |always |never |also )?be \w+",
    r"\b(?:every|each|all|any) (?:repl|answer|response|message|mail)\w* (?:needs?|must|has|have"
    r"|should|gets?|shall|is to)\b",
    r"\boverrid\w+ (?:[\w']+ ){0,3}(?:polic|rules?|instructions?|limits?)|\bneeds? no "
    r"(?:approval|confirmation|consent)\b",
)
