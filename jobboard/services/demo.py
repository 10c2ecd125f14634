"""The demo: people, organisations and listings that make a board worth looking at."""

from dataclasses import dataclass

from jobboard.words import N_

PASSWORD = "geopolist demo"  # noqa: S105 - printed by `make run`; the accounts exist in the demo only


@dataclass(frozen=True)
class Account:
    """A person of the demo, who may sign in."""

    email: str
    name: str
    told: str
    is_trusted: bool = False
    is_moderator: bool = False
    is_administrator: bool = False


ACCOUNTS = (
    Account("poster@demo.example", "Pınar Poster", N_("posts listings")),
    Account("colleague@demo.example", "Cem Colleague", N_("posts for the same organisation")),
    Account("moderator@demo.example", "Maryam Moderator", N_("decides"), is_moderator=True),
    Account("admin@demo.example", "Ada Admin", N_("may do everything"), is_administrator=True),
)
