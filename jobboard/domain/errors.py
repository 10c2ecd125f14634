"""What goes wrong by rule: every error here carries a sentence for the person."""

from jobboard.words import N_


class RuleBroken(Exception):
    """A rule of the board forbids what was asked.

    Attributes:
        sentence: what to tell the person, in English, marked for the catalogues by the raiser.
        values: what the sentence's ``%(name)s`` stand for.
    """

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values


class FieldsBroken(RuleBroken):
    """Some fields of a form or record are not acceptable; ``errors`` maps field to sentence."""

    def __init__(self, sentence: str, errors: dict[str, str]) -> None:
        super().__init__(sentence)
        self.errors = errors


class ChangedMeanwhile(RuleBroken):
    """Two people wrote to the same thing at once; the second is told instead of winning."""

    def __init__(self) -> None:
        super().__init__(
            N_("Somebody else changed this a moment ago. Look at it again, then decide.")
        )
