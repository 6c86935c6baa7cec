"""What a file is, from its bytes. The name's ending is never believed."""

import zipfile
from io import BytesIO
from typing import Final

import filetype

# Accepted types, with the ending that a download gets. What runs, or hides what runs, is not among them.
ACCEPTED: Final[dict[str, str]] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "application/ofd": "ofd",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/x-wav": "wav",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "text/plain": "txt",
}
HEAD = 8192  # bytes that suffice to tell all of them apart


def sniff(head: bytes, whole: bytes | None = None) -> str | None:
    """The media type of a file by its first bytes, or None when it is none that is accepted.

    An OFD (GB/T 33190) is a zip with an OFD.xml at its root; telling it from other zips needs the whole file.
    """
    guess = filetype.guess(head)
    mime = guess.mime if guess is not None else None
    if mime == "application/zip" and whole is not None:
        mime = _zip(whole)
    if mime is None and _is_text(head):
        mime = "text/plain"
    return mime if mime in ACCEPTED else None


def _zip(whole: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(whole)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return None
    if "OFD.xml" in names:
        return "application/ofd"
    if "word/document.xml" in names:
        return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    if "xl/workbook.xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return None


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    lowered = head.lstrip()[:64].lower()
    if lowered.startswith((b"<", b"#!", b"%!", b"pk\x03")):  # HTML, SVG, scripts, PostScript, a broken zip
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut in two at the end of the head
    return True
