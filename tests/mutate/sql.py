"""What is changed in SQL, which this project writes by hand: its comparisons, conditions, orders and locks."""

import re

_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|ORDER BY|EXISTS|ANY|IS NULL|IS NOT NULL|AND|OR)\b"
    r"|_timestamp\(\)|\b[a-z]\.[a-z_]+\b",
)
# (pattern, its replacements): the first group is what goes.
_CHANGES = (
    (r"(?<= )(<=)(?= )", "<"),
    (r"(?<= )(<)(?= )", "<="),
    (r"(?<= )(>=)(?= )", ">"),
    (r"(?<= )(>)(?= )", ">="),
    (r"(?<= )(=)(?= )", "<>"),
    (r"(?<= )(<>)(?= )", "="),
    (r"\b(AND)\b", "OR"),
    (r"\b(OR)\b(?! REPLACE)", "AND"),
    (r"\b(IS NULL)\b", "IS NOT NULL"),
    (r"\b(IS NOT NULL)\b", "IS NULL"),
    (r"\b(NOT EXISTS)\b", "EXISTS"),
    (r"(?<!NOT )(?<!IF )\b(EXISTS)\b(?= ?\()", "NOT EXISTS"),
    (r"\b(NOT )(?=\w+\.\w|\()", ""),
    (r"( DESC)\b", ""),
    (r"\bORDER BY [\w.]+( )(?=LIMIT)", " DESC "),
    (r"( FOR (?:NO KEY )?UPDATE)\b", ""),
    (r"( DISTINCT)\b(?! ON)", ""),
    (r"\b(max)\(", "min"),
    (r"\b(min)\(", "max"),
    (r"\b(greatest)\(", "least"),
    (r"\b(least)\(", "greatest"),
    (r"\b(LEFT )(?=JOIN)", ""),
    (r"(?<=[ (])(\d+)(?=[ ,)])", None),
    (r"(?<=[ (])(true)\b", "false"),
    (r"(?<=[ (])(false)\b", "true"),
)


def is_sql(text):
    return _SQL.search(text) is not None and not any("一" <= c <= "鿿" for c in text)


def changes(text, offset):
    """Changes of a string as it stands in the file, `offset` bytes from its beginning."""
    for pattern, new in _CHANGES:
        for found in re.finditer(pattern, text):
            told = str(int(found[1]) + 1) if new is None else new
            start = offset + len(text[: found.start(1)].encode())
            yield f"sql {found[1].strip()} to {told.strip()}", start, start + len(found[1].encode()), told
