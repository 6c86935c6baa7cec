"""A reader in a process of its own: it does its work, says so, and waits to be killed before the commit (unless quick)."""

import sys
import time

import django


def main() -> None:
    django.setup()
    from django.db import connection

    from tianping.kernel.matters.readers.cursor import Batch, Reader, run_once

    class Slow(Reader):
        name = "slow"

        def read(self, batch: Batch) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO counter VALUES ('990101', '', 'test', 'slow', %s) ON CONFLICT (jurisdiction, path, key, name)"
                    " DO UPDATE SET value = counter.value + excluded.value",
                    [len(batch.rows)],
                )
            print("read, not committed", flush=True)
            if "quick" not in sys.argv:
                time.sleep(60)

    print(run_once(Slow(), "990101"))
    print(run_once(Slow(), "990101"))


main()
