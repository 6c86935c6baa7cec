"""A small copy of a project to plant faults in."""

import pytest

from tools.house.tree import Tree


@pytest.fixture
def plant(tmp_path):
    """plant({"path": "text"}) → the tree with these files."""

    def _plant(files):
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Tree(tmp_path)

    return _plant
