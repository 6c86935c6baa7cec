"""`tianping`: everything an operator does, with progress on a terminal and `--json` for machines."""

import os

import click

from tianping.config.commands.backup import backup, restore
from tianping.config.commands.doctor import doctor
from tianping.config.commands.imports import import_
from tianping.config.commands.ledger import ledger
from tianping.config.commands.packs import packs
from tianping.config.commands.run import demo, migrate_, serve, work


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tianping")
def main() -> None:
    """天平：一件事从登记到归档，一份记录。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")


for command in (serve, work, demo, migrate_, import_, packs, ledger, doctor, backup, restore):
    main.add_command(command)
