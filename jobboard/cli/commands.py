"""Every command of the command line, in the order in which ``--help`` lists them."""

import click

ALL: tuple[click.Command, ...] = ()
