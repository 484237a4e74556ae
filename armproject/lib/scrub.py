"""The last net under secrets in text: known shapes of keys are cut out. Not the rule, a defence.

Text of strangers passes here, so all shapes run on RE2, in time that grows with the text alone.
"""

import re2

HIDDEN = "[hidden]"
LONGEST = 64 * 2**10

_NAMES = r"(?:api|access|secret|private)[_-]?(?:key|token)|password|passwd|secret|token|sig"
_SHAPES = [
    # PEM comes first: its base64 could look like anything else.
    (r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\z)", HIDDEN),
    (r"(://)[^/\s?#]*@", rf"\1{HIDDEN}@"),
    (r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*){0,3}", HIDDEN),
    (r"\barm_sk_[\w-]{8,}", HIDDEN),
    (r"\bsk-[\w-]{8,}", HIDDEN),
    (r"\bAIza[\w-]{20,}", HIDDEN),
    (r"\bya29\.[\w-]{10,}", HIDDEN),
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", HIDDEN),
    (r"\b(?:ghp|gho|ghs|ghr|github_pat)_\w{16,}", HIDDEN),
    (r"\bxox[a-z]-[\w-]{10,}", HIDDEN),
    (r"\bls(?:v2|__)_?\w{16,}", HIDDEN),
    (r"\bwhsec_[\w+/=-]{8,}", HIDDEN),
    (r"(?i)\b(bearer|basic) +[\w.~+/=-]{8,}", rf"\1 {HIDDEN}"),
    (rf"(?i)\b({_NAMES})(=|\"?: ?\"?)[^\s&\",;]+", rf"\1\2{HIDDEN}"),
]
# Bytes, because text may hold halves of surrogate pairs; no shape ends within a character.
_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1
_ANY = re2.compile("|".join(f"(?s:{shape})" for shape, _ in _SHAPES).encode(), _BYTES)
_PATTERNS = [
    (re2.compile(f"(?s){shape}".encode(), _BYTES), instead.encode()) for shape, instead in _SHAPES
]
# C0, DEL and C1 controls, line and paragraph separators, and what turns the reading direction.
_UNSEEN = (*range(0x20), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_ESCAPES = {code: f"\\u{code:04x}" for code in _UNSEEN} | {9: "\\t", 10: "\\n", 13: "\\r"}


def holds_secret(text: str) -> bool:
    """Say whether there is anything to cut out, in one look."""
    return _ANY.search(text.encode("utf-8", "surrogatepass")) is not None


def scrub(text: str) -> str:
    """Return the text without anything shaped like a key, token or password in a URL."""
    told = clean = text.encode("utf-8", "surrogatepass")
    for pattern, instead in _PATTERNS:
        clean = pattern.sub(instead, clean)
    return text if clean == told else clean.decode("utf-8", "surrogatepass")


def printable(text: str, longest: int = 2_000) -> str:
    """Return the text scrubbed, on one line and short: fit for a log."""
    clean = scrub(text[:LONGEST]).translate(_ESCAPES)
    clean = clean.encode("utf-8", "backslashreplace").decode()
    return clean if len(clean) <= longest else f"{clean[:longest]}… ({len(text)} characters)"
