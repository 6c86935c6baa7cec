"""A copy of everything that is here about somebody, to take along (个人信息保护法 article 45)."""

import json
import tempfile
import zipfile
from typing import IO, Any

from django.template.loader import render_to_string
from django.utils import timezone

from tianping.kernel.service import Actor, RefusedError, open_paper, own_matters, paper_name
from tianping.web.citizen import own

IN_MEMORY = 8 * 1024 * 1024  # bytes before the copy goes to disk


def bundle(actor: Actor) -> IO[bytes]:
    """A zip of data.json, a page to read and the files. Hashes are those of the chain: an office can be held to them."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # who sends it closes it
    made = timezone.now()
    parts = [own.read(actor, m.matter) for m in own_matters(actor) if not m.on_behalf]
    matters = [_matter(part) for part in parts]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        data = {"format": "tianping.own/1", "made_at": made.isoformat(), "matters": matters}
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=str))
        archive.writestr("index.html", render_to_string("web/citizen/export.html", {"parts": parts, "made": made}))
        for part in parts:
            _files(archive, actor, part)
    out.seek(0)
    return out


def _matter(part: own.Own) -> dict[str, Any]:
    entries = [
        {
            "at": e["at"].isoformat(),
            "what": e["what"],
            "who": e["who"],
            "text": e["text"],
            "files": [f["id"] for f in e["files"]],
            "hash": e["hash"],
        }
        for e in part.entries
    ]
    return {
        "number": part.number,
        "title": part.title,
        "facts": {f["name"]: f["value"] for f in part.facts},
        "entries": entries,
        "files": [{"id": str(p.id), "name": p.name, "type": p.mime, "bytes": p.size} for p in part.papers],
        "readers": [{"at": at.isoformat(), "office": office, "purpose": why} for at, office, why in part.readers],
    }


def _files(archive: zipfile.ZipFile, actor: Actor, part: own.Own) -> None:
    for paper in part.papers:
        try:
            stored, content = open_paper(actor, paper.id, "own")
        except RefusedError:
            continue  # erased meanwhile: data.json still says that it was there
        with archive.open(f"files/{paper.id}-{paper_name(stored)}", "w") as entry:
            for piece in content:
                entry.write(piece)
