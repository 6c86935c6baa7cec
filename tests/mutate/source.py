"""The bytes of one file with the places of its syntax nodes. Places are byte offsets, as `ast` counts columns."""

import ast
import io
import tokenize


class Source:
    def __init__(self, raw: bytes):
        self.raw = raw
        self.tree = ast.parse(raw)
        self._starts = [0]
        for line in raw.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self.bare = self._without_comments()

    def _without_comments(self) -> bytes:
        """The same bytes with every comment blanked, so that no change falls into one."""
        bare, lines = bytearray(self.raw), self.raw.decode().splitlines(keepends=True)
        for token in tokenize.tokenize(io.BytesIO(self.raw).readline):
            if token.type == tokenize.COMMENT:
                (row, column), size = token.start, len(token.string.encode())
                start = self._starts[row - 1] + len(lines[row - 1][:column].encode())
                bare[start : start + size] = b" " * size
        return bytes(bare)

    def span(self, node) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def gap(self, before, after) -> tuple[int, int]:
        """Between two neighbours: where their operator stands."""
        return self.span(before)[1], self.span(after)[0]

    def text(self, start: int, end: int) -> str:
        return self.bare[start:end].decode()

    def changed(self, start: int, end: int, text: str) -> bytes:
        """The file with `text` in the place of start:end, on as many lines as before."""
        lost = self.raw[start:end].count(b"\n") - text.count("\n")
        if lost > 0:
            text = f"({text}{lost * chr(10)})" if text not in {"", "pass"} else f"{text}{lost * chr(10)}"
        return self.raw[:start] + text.encode() + self.raw[end:]
