"""The virus check: ClamAV's daemon over its INSTREAM command, when the operator names one (TIANPING_CLAMD)."""

import socket
import struct
from pathlib import Path

from django.conf import settings

from tianping.kernel.lifecycle.state import RefusedError
from tianping.kernel.lifecycle.text import gettext_noop as _

CHUNK = 64 * 1024
TIMEOUT = 60.0


def scan(file: Path) -> str:
    """How it stands: "clean", or "none" when no scanner is set. Refuses an infected file, and any file while the scanner is away."""
    address = getattr(settings, "CLAMD", "")
    if not address:
        return "none"
    try:
        reply = _instream(address, file)
    except OSError as error:
        raise RefusedError(_("查病毒的程序现在连不上，文件还没有收下，请过一会儿再传"), "form") from error
    if reply.endswith("FOUND"):
        raise RefusedError(_("这个文件带病毒，没有收下"), "form")
    if not reply.endswith("OK"):
        raise RefusedError(_("查病毒的程序没能检查这个文件，没有收下"), "form")
    return "clean"


def _instream(address: str, file: Path) -> str:
    host, _colon, port = address.rpartition(":")
    family, where = (socket.AF_INET, (host, int(port))) if host else (socket.AF_UNIX, address)
    with socket.socket(family, socket.SOCK_STREAM) as daemon, file.open("rb") as stream:
        daemon.settimeout(TIMEOUT)
        daemon.connect(where)
        daemon.sendall(b"zINSTREAM\0")
        while chunk := stream.read(CHUNK):
            daemon.sendall(struct.pack(">I", len(chunk)) + chunk)
        daemon.sendall(struct.pack(">I", 0))
        reply = b""
        while not reply.endswith(b"\0") and (part := daemon.recv(4096)):
            reply += part
    return reply.rstrip(b"\0").decode(errors="replace").strip()
