"""Side-by-side measurements; each prints its figures last and exits non-zero when a floor is missed."""
