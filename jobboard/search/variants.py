"""Other ways to write a word that follow a rule: organiser, organizer; Geograf, geographer.

Single pairs without a rule stand in ``tables/synonyms.txt``.
"""

import re
from functools import lru_cache

#: Words with these stems have what follows them in the one spelling or in the other.
_OUR = "behavi|col|endeav|fav|flav|harb|hon|hum|lab|neighb|rum|sav|tum|vap|vig"
_DOUBLED = "cancel|channel|counsel|fuel|jewel|label|level|marshal|model|panel|signal|travel|tunnel"

_RULES = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(\w{3,})is(e|ed|er|ers|es|ing|ation|ations|ational)$", r"\1iz\2"),
        (r"^(\w{3,})iz(e|ed|er|ers|es|ing|ation|ations|ational)$", r"\1is\2"),
        (r"^(\w{3,}l)ys(e|ed|er|ers|es|ing)$", r"\1yz\2"),
        (r"^(\w{3,}l)yz(e|ed|er|ers|es|ing)$", r"\1ys\2"),
        (rf"^((?:{_OUR}))our(\w*)$", r"\1or\2"),
        (rf"^((?:{_OUR}))or(|s|ed|ing|able|al|ally|er|ers|hood|ite)$", r"\1our\2"),
        (rf"^((?:{_DOUBLED}))l(ed|er|ers|ing|or|ors)$", r"\1\2"),
        (rf"^((?:{_DOUBLED}))(ed|er|ers|ing|or|ors)$", r"\1l\2"),
        (r"^(an|gyn|orthop|p)ae(\w{3,})$", r"\1e\2"),
        (r"^(an)e(sth\w+)$", r"\1ae\2"),
        (r"^(gyn)e(col\w+)$", r"\1ae\2"),
        (r"^((?:ortho)?p)e(di[ac]\w+)$", r"\1ae\2"),
        (r"^h(a?)em(atolog\w+)$", lambda found: f"h{'' if found[1] else 'a'}em{found[2]}"),
        (r"^(\w*)graf(\w*)$", r"\1graph\2"),
        (r"^(\w*)graph(\w*)$", r"\1graf\2"),
    )
)


@lru_cache(maxsize=4096)
def of(word: str) -> tuple[str, ...]:
    """Return other ways to write a folded word by the rules, whether or not anybody uses them."""
    found = (rule.sub(by, word) for rule, by in _RULES if rule.search(word))
    return tuple(dict.fromkeys(other for other in found if other != word))
