"""What a check found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: ok; optional (nothing is wrong, but there is more to be had); warn (works, but); bad (does not work)."""

    what: str
    state: Literal["ok", "optional", "warn", "bad"]
    text: str
    mend: str = ""
