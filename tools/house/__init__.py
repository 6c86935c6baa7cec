"""The rules of the house: `python -m tools.house`."""
