"""The pages' own drawings: line icons on a grid of 24, and the shapes of a status on a grid of 12."""

# Strokes; colour and width come from css `.icon`.
ICONS: dict[str, str] = {
    "chat": '<path d="M3 4.5h18v13H9l-4.5 3.5v-3.5H3z"/><path d="M7.5 9.2h9M7.5 12.8h6"/>',
    "scales": (
        '<path d="M12 3v17.5M7 20.5h10M4.5 7.5 12 5.5l7.5 2"/>'
        '<path d="M4.5 7.5 1.8 14c1.2 2.3 4.2 2.3 5.4 0z"/>'
        '<path d="M19.5 7.5 16.8 14c1.2 2.3 4.2 2.3 5.4 0z"/>'
    ),
    "search": '<circle cx="10.5" cy="10.5" r="7"/><path d="m15.8 15.8 5.2 5.2"/>',
    "book": '<path d="M12 6c-2.5-1.7-5.5-2-9-2v14.5c3.5 0 6.5.3 9 2 2.5-1.7 5.5-2 9-2V4c-3.5 0-6.5.3-9 2zM12 6v14.5"/>',
    "chevron": '<path d="m9 5 7 7-7 7"/>',
    "back": '<path d="m15 5-7 7 7 7"/>',
    "down": '<path d="m5 9 7 7 7-7"/>',
    "download": '<path d="M12 4v11M7.5 11l4.5 4.5L16.5 11M4 20h16"/>',
    "plus": '<path d="M12 4.5v15M4.5 12h15"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H3.5V8.5h17V17H17"/><path d="M7 14h10v6.5H7z"/>',
    "phone": (
        '<path d="M5 3.5h3.5l1.7 4.5-2.2 1.7c1.2 2.6 3.4 4.8 6 6l1.7-2.2 4.5 1.7v3.5'
        'c0 1-.8 1.8-1.8 1.8C10.5 20.5 3.5 13.5 3.2 5.3c0-1 .8-1.8 1.8-1.8z"/>'
    ),
    "eye": (
        '<path d="M2 12c2.5-4.5 6-6.5 10-6.5s7.5 2 10 6.5c-2.5 4.5-6 6.5-10 6.5S4.5 16.5 2 12z"/>'
        '<circle cx="12" cy="12" r="3"/>'
    ),
    "camera": '<path d="M3 7h4l1.8-3h6.4L17 7h4v12.5H3z"/><circle cx="12" cy="13" r="3.8"/>',
    "close": '<path d="m5.5 5.5 13 13M18.5 5.5l-13 13"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "warn": '<path d="M12 3.5 22 20.5H2zM12 10v5M12 17.5v.5"/>',
    "lock": '<path d="M5 11h14v9.5H5zM8 11V7.5a4 4 0 0 1 8 0V11"/>',
    "file": '<path d="M5 2.5h9l5 5v14H5zM14 2.5v5h5"/>',
    "place": (
        '<path d="M12 21.5c-4.5-4.7-7-8.3-7-11.5a7 7 0 0 1 14 0c0 3.2-2.5 6.8-7 11.5z"/>'
        '<circle cx="12" cy="10" r="2.5"/>'
    ),
    "person": '<circle cx="12" cy="7.5" r="4"/><path d="M4 21c.5-5 3.5-7 8-7s7.5 2 8 7"/>',
    "bell": '<path d="M5.5 17.5V11a6.5 6.5 0 0 1 13 0v6.5l2 1.5H3.5zM12 2v2.5M9.8 19a2.3 2.3 0 0 0 4.4 0"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.5l3.5 2"/>',
}

# Filled; the word beside it says the same, so each is hidden from a screen reader.
SHAPES: dict[str, str] = {
    "overdue": '<path d="m6 0 6 6-6 6-6-6z"/>',
    "soon": '<path d="m6 .7 6 10.6H0z"/>',
    "done": '<path d="m1.7 5.3 2.9 2.8 5.7-6.2 1.7 1.7-7.3 8L.1 7z"/>',
    "suspended": '<path d="M1.5 1h3.3v10H1.5zM7.2 1h3.3v10H7.2z"/>',
    "running": (
        '<path fill-rule="evenodd" '
        'd="M6 .5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zm0 2.3a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z"/>'
    ),
}
