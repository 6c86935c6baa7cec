"""`tianping`: everything an operator does, with progress on a terminal and `--json` for machines."""

import os
import sys
from typing import Any

import click

from tianping.config.words import frame_in_chinese
from tianping.config.words import gettext as _

frame_in_chinese()  # before click says anything

from tianping.config.commands.backup import backup, restore  # noqa: E402
from tianping.config.commands.demo import demo  # noqa: E402
from tianping.config.commands.doctor import doctor  # noqa: E402
from tianping.config.commands.imports import import_  # noqa: E402
from tianping.config.commands.ledger import ledger  # noqa: E402
from tianping.config.commands.packs import packs  # noqa: E402
from tianping.config.commands.run import migrate_, serve, work  # noqa: E402
from tianping.config.commands.token import token  # noqa: E402
from tianping.config.terminal import fail  # noqa: E402


class Commands(click.Group):
    """Troubles that any command may meet end in a sentence that says what to do, not in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        import psycopg  # noqa: PLC0415  # --help should not wait for it
        from django.db.utils import OperationalError, ProgrammingError  # noqa: PLC0415

        from tianping.config.postgres import PostgresError  # noqa: PLC0415

        try:
            return super().invoke(ctx)
        except PostgresError as error:
            fail(_("数据库没有启动：%(why)s") % {"why": error})
        except (psycopg.OperationalError, OperationalError) as error:
            fail(_("连不上数据库：%(why)s。请看 DATABASE_URL；还没有建库就先运行 tianping migrate。") % {"why": error})
        except ProgrammingError as error:
            if not isinstance(error.__cause__, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
                raise
            fail(_("表结构还没有建好或者不是这一版，请先运行 tianping migrate。"))
        except KeyboardInterrupt:
            click.echo(_("停下了"), err=True)
            sys.exit(130)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_("天平：一件事从登记到归档，一份记录。"),
)
@click.version_option(package_name="tianping")
def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tianping.config.settings")


for command in (demo, serve, work, migrate_, import_, packs, ledger, doctor, backup, restore, token):
    main.add_command(command)
