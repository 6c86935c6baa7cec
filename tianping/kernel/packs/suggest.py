"""Which category a report's words point to. A suggestion with its reason; a person decides."""

from dataclasses import dataclass

from tianping.kernel.packs.book import PackBook

TITLE = 2  # a word in the title says more than one in the text


@dataclass(frozen=True, slots=True)
class CategorySuggestion:
    """`words` are the keywords that were found, the reason to show."""

    code: str
    words: tuple[str, ...]
    score: int


def categories_for(book: PackBook, title: str, text: str) -> list[CategorySuggestion]:
    """Leaves whose keywords occur, best first; longer and rarer words are declared, not weighed here."""
    found: list[CategorySuggestion] = []
    for category in book.categories():
        if category.parent is None:
            continue
        words = tuple(word for word in category.keywords if word in title or word in text)
        if words:
            score = sum(len(w) * (TITLE if w in title else 1) for w in words)
            found.append(CategorySuggestion(category.code, words, score))
    return sorted(found, key=lambda s: (-s.score, s.code))
