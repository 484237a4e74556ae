"""Reads a page as a browser and a screen reader would, and says what is wrong with it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

ELSEWHERE = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
LOADING = {"src", "srcset", "href", "action", "data", "poster"}
SILENT = {"hidden", "submit", "button", "reset", "image"}
NAMING = ("aria-label", "aria-labelledby", "title", "placeholder")  # as HTML-AAM looks for names


@dataclass
class Page(HTMLParser):
    """What one page holds."""

    html: str
    h1: int = 0
    mains: int = 0
    abroad: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    fields: list[tuple[str, str]] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    _open: list[tuple[str, list[str]]] = field(default_factory=list)
    _where: list[str] = field(default_factory=list)
    _in_label: int = 0
    _in_icon: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.html)

    @property
    def unlabelled(self) -> list[str]:
        return [shown for id_, shown in self.fields if id_ not in self.labels]

    def problems(self) -> list[str]:
        """Return what a person, a screen reader or the content policy would stumble over."""
        found = [f"loads from elsewhere: {url}" for url in self.abroad]
        found += [f"inline script: {text[:60]}" for text in self.scripts]
        found += [f"no label: {shown}" for shown in self.unlabelled]
        found += [f"no name: {shown}" for shown in self.nameless]
        if self.h1 != 1:
            found.append(f"{self.h1} headings of the first order")
        if self.mains != 1:
            found.append(f"{self.mains} main parts")
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        self._count(tag, at)
        self._look_abroad(tag, at)
        self._look_at_fields(tag, at)
        if tag == "script" and not at.get("src") and "json" not in at.get("type", ""):
            self._open.append(("script", []))
        if tag in {"button", "a"}:
            named = [at.get("aria-label", ""), at.get("title", "")]
            self._open.append((tag, named))
            self._where.append(at.get("href", at.get("class", ""))[:60])
        self._in_label += tag == "label"
        if tag == "span" and (self._in_icon or "material-symbols-outlined" in at.get("class", "")):
            self._in_icon += 1

    def handle_endtag(self, tag: str) -> None:
        self._in_label -= tag == "label"
        self._in_icon -= tag == "span" and self._in_icon > 0
        if self._open and self._open[-1][0] == tag:
            _, texts = self._open.pop()
            where = self._where.pop() if tag != "script" else ""
            text = " ".join(texts).strip()
            if tag == "script" and text:
                self.scripts.append(text)
            elif tag in {"button", "a"} and not text:
                self.nameless.append(f"{tag} {where}")

    def handle_data(self, data: str) -> None:
        if self._open and not self._in_icon:
            self._open[-1][1].append(data)

    def _count(self, tag: str, at: dict[str, str]) -> None:
        self.h1 += tag == "h1"
        self.mains += tag == "main"
        if tag == "label" and "for" in at:
            self.labels.add(at["for"])
        if tag == "a" and at.get("href", "").startswith("/"):
            self.links.add(at["href"].partition("#")[0])
        if tag == "img" and "alt" not in at:
            self.nameless.append(f"img {at.get('src', '')}")
        for name, value in at.items():
            if name.startswith("on"):
                self.scripts.append(f"{name}={value}")

    def _look_abroad(self, tag: str, at: dict[str, str]) -> None:
        for name in LOADING & set(at):
            is_link_for_people = tag == "a"
            if ELSEWHERE.match(at[name]) and not is_link_for_people:
                self.abroad.append(at[name])

    def _look_at_fields(self, tag: str, at: dict[str, str]) -> None:
        if tag not in {"input", "select", "textarea"} or at.get("type") in SILENT:
            return
        is_hidden = "hidden" in at.get("class", "").split()
        if is_hidden or self._in_label or any(at.get(name) for name in NAMING):
            return
        self.fields.append((at.get("id", ""), f"{tag} {at.get('name', '')}"))
