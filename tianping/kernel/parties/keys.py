"""The key tree, outside the database: what a folder does not hold, its node cannot open.

    county.json         versions of the county's root key, and which courts went separate
    court/<path>.json   versions of a court's own root key; it may live on the court's machine alone
    blind.json          the root of the blind index keys; it has one version, a new one means a new index

Roots are 32 random bytes. A kek (key encryption key) belongs to one agency and is HKDF-SHA256 (RFC 5869) of the root
of its nearest ancestor with a root of its own, else of the county's. Its id names root, version and agency, and is
stored beside everything sealed under it; so old values open after a rotation, and after the agency moved in the tree.
The folder has mode 0700 and its files 0600, or nothing is loaded. Files are replaced whole, never written into.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Self

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tianping.kernel.lifecycle.text import gettext_noop as _

COUNTY = ""
"""The owner of the county's root, in `rotate` and before the @ of a kek id."""

_ROOT = 32
_PATH = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_KEK_ID = re.compile(rf"(|{_PATH.pattern})@([1-9][0-9]{{0,8}})/({_PATH.pattern})")


class KeyNotHeld(Exception):  # noqa: N818 -- the answer of a store that is in order
    """No root for `path` is in the store: the separate court's, or the agency's that was asked for."""

    def __init__(self, path: str) -> None:
        super().__init__(_("这里没有打开它的密钥，可能由法院自己保管。请到保管密钥的节点上打开。"))
        self.path = path


class KeyFolderError(Exception):
    """The folder is missing, readable for others or damaged: `where` names the file; the message is a message id."""

    def __init__(self, sentence: str, where: Path) -> None:
        super().__init__(sentence)
        self.where = where


class _Roots(msgspec.Struct, forbid_unknown_fields=True):
    form: str
    versions: dict[int, bytes]
    separate: list[str] = []

    def __post_init__(self) -> None:
        if self.form != "tianping.keys.v1" or not self.versions or min(self.versions) < 1:
            raise ValueError("not a file of root keys")
        if any(len(root) != _ROOT for root in self.versions.values()):
            raise ValueError("a root key has 32 bytes")

    def __repr__(self) -> str:
        return f"<root keys, {len(self.versions)} versions>"


class KeyStore:
    """The root keys in one folder, read once; derived keys are kept in the process.

    Agency paths are labels of letters, digits, - and _ joined by dots, as `qingxi.court.civil`; a dot at the end is
    left away.
    """

    def __init__(self, folder: Path) -> None:
        """Raises KeyFolderError. A court's node needs no county.json."""
        self.folder = folder
        self.reload()

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make the folder with a first version of the county's root and a blind root. FileExistsError over keys."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_private(folder)
        for name in ("county.json", "blind.json"):
            _write(folder / name, _fresh_roots(), fresh=True)
        return cls(folder)

    def reload(self) -> None:
        """Read the folder again, after another process rotated or separated. Raises KeyFolderError."""
        if not self.folder.is_dir():
            raise KeyFolderError(_("密钥文件夹不在。请放回原处，或先建立密钥。"), self.folder)
        _check_private(self.folder)
        self._seen = self._stamp()  # before the files are read: what comes between is read again
        roots: dict[str, _Roots] = {}
        if (self.folder / "county.json").exists():
            roots[COUNTY] = _read(self.folder / "county.json")
        for file in sorted((self.folder / "court").glob("*.json")):
            roots[file.stem] = _read(file)
        self._blind = _read(self.folder / "blind.json") if (self.folder / "blind.json").exists() else None
        self._roots = roots
        self._separate = frozenset(roots[COUNTY].separate) if COUNTY in roots else frozenset[str]()
        self._keks: dict[str, bytes] = {}
        self._current: dict[str, tuple[str, bytes]] = {}

    def kek(self, agency_path: str, version: int | None = None) -> tuple[str, bytes]:
        """The kek of an agency, with its id: 32 bytes, of the newest version unless one is named.

        Raises KeyNotHeld, for an unknown version too; ValueError when the path is none.
        """
        if version is None and self._seen != self._stamp():
            self.reload()  # another process rotated: nothing more is sealed under the older version
        if version is None and agency_path in self._current:
            return self._current[agency_path]
        path = _plain(agency_path)
        owner = self._owner(path)
        wanted = max(self._roots[owner].versions) if version is None else version
        kek_id = f"{owner}@{wanted}/{path}"
        found = kek_id, self.kek_of(kek_id)
        if version is None:
            self._current[agency_path] = found
        return found

    def _stamp(self) -> tuple[int, int]:
        """Which county.json lies there; a file is replaced whole, so its inode and its time tell. (0, 0) for none."""
        try:
            found = (self.folder / "county.json").stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns

    def newest(self, owner: str = COUNTY) -> int:
        """The newest version of the county's root or a court's. Raises KeyNotHeld."""
        if owner not in self._roots:
            raise KeyNotHeld(owner)
        return max(self._roots[owner].versions)

    def kek_of(self, kek_id: str) -> bytes:
        """The kek that an id names, to open what is stored. Raises KeyNotHeld, and ValueError for another text."""
        if kek_id in self._keks:
            return self._keks[kek_id]
        parts = _KEK_ID.fullmatch(kek_id)
        if parts is None:
            raise ValueError(f"not the id of a kek: {kek_id!r}")
        owner, version = parts[1], int(parts[2])
        if not self._holds(owner, version):
            self.reload()  # another process may have rotated since
        if not self._holds(owner, version):
            raise KeyNotHeld(owner or parts[3])
        kek = self._keks[kek_id] = _derive(self._roots[owner].versions[version], "kek", kek_id)
        return kek

    def blind_key(self, kind: str) -> bytes:
        """The key of one kind of blind index, 32 bytes. Raises KeyNotHeld where the store has no blind root."""
        if self._blind is None:
            raise KeyNotHeld("blind")
        return _derive(self._blind.versions[1], "blind", kind)

    def rotate(self, owner: str = COUNTY) -> int:
        """Add a version to the county's root or a court's, and return its number. Raises KeyNotHeld.

        Nothing is resealed by it: new values go under the new version, the old ones are resealed under load.
        """
        with self._locked():
            roots = self._roots.get(owner)
            if roots is None:
                raise KeyNotHeld(owner)
            version = max(roots.versions) + 1
            # into a copy: nothing may be sealed under a root that did not reach the disk
            versions = {**roots.versions, version: token_bytes(_ROOT)}
            _write(self._file(owner), _Roots(roots.form, versions, roots.separate))
            self.reload()
        return version

    def separate(self, path: str) -> Path:
        """Give a court a root of its own and return its file, which may then be taken to the court's machine.

        From then on the county's root opens nothing new of that court or below it. What was sealed before stays under
        the county's root until it is resealed. FileExistsError when the court is separate already, whether its file is
        here or not; KeyNotHeld without the county's root.
        """
        path = _plain(path)
        with self._locked():
            if path in self._separate:
                raise FileExistsError(_("这个法院已经有自己的密钥，不能再建。"))
            if COUNTY not in self._roots:
                raise KeyNotHeld(COUNTY)
            file = self._file(path)
            file.parent.mkdir(mode=0o700, exist_ok=True)
            if not file.exists():  # there only if a first try was interrupted before the next write
                _write(file, _fresh_roots(), fresh=True)
            county = self._roots[COUNTY]
            _write(self._file(COUNTY), _Roots(county.form, county.versions, sorted({*county.separate, path})))
            self.reload()
        return file

    def _owner(self, path: str) -> str:
        labels = path.split(".")
        for length in range(len(labels), 0, -1):
            ancestor = ".".join(labels[:length])
            if ancestor in self._roots:
                return ancestor
            if ancestor in self._separate:
                raise KeyNotHeld(ancestor)
        if COUNTY not in self._roots:
            raise KeyNotHeld(path)
        return COUNTY

    def _holds(self, owner: str, version: int) -> bool:
        return owner in self._roots and version in self._roots[owner].versions

    def _file(self, owner: str) -> Path:
        return self.folder / "court" / f"{owner}.json" if owner else self.folder / "county.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, who starts from what the last one wrote."""
        lock = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.reload()
            yield
        finally:
            os.close(lock)


def _fresh_roots() -> _Roots:
    return _Roots("tianping.keys.v1", {1: token_bytes(_ROOT)})


def _derive(root: bytes, use: str, name: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"tianping.{use}.v1\0{name}".encode()).derive(root)


def _plain(path: str) -> str:
    plain = path.removesuffix(".")
    if not _PATH.fullmatch(plain):
        raise ValueError(f"not the path of an agency: {path!r}")
    return plain


def _check_private(place: Path) -> None:
    if place.stat().st_mode & 0o077:
        raise KeyFolderError(_("密钥别人也能读。请把文件夹权限改为 0700，文件改为 0600。"), place)


def _read(file: Path) -> _Roots:
    _check_private(file)
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Roots)
    except msgspec.DecodeError:
        raise KeyFolderError(_("密钥文件坏了。请从密钥备份放回这个文件。"), file) from None


def _write(file: Path, roots: _Roots, *, fresh: bool = False) -> None:
    """Replace `file` whole; `fresh` refuses with FileExistsError where one is."""
    draft = file.with_name(f".{file.name}.{token_hex(8)}")
    try:
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.encode(roots))
            out.flush()
            os.fsync(handle)
        if fresh:
            os.link(draft, file)
        else:
            draft.replace(file)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
