"""What can be wrong with a chain, each with the sentence that an auditor reads."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID

from tianping.kernel.lifecycle.text import gettext_noop as _

Kind = Literal[
    "edited", "deleted", "reordered", "truncated", "unlinked", "join", "sm3", "body",
    # told by who knows what the entries mean: of columns and rows beside the chain, of what is sealed, of the feed
    "column", "derived", "sealed", "feed", "checkpoint",
]  # fmt: skip

EDITED = _("这条记录被改过：内容和它的哈希对不上。请和备份、见证方的副本核对。")
REPLACED = _("这条记录被换过，或者它后面少了一条：后一条认的不是它。请和备份、见证方的副本核对。")
LAST_REPLACED = _("最后一条被换过：和登记的链头对不上。请和备份、见证方的副本核对。")
DELETED = _("这里少了记录：编号断了，链也断了。请从备份找回。")
DELETED_RENUMBERED = _("这一条前面少了记录，后面的编号又被补齐。请从备份找回。")
ALL_DELETED = _("链头还在，记录一条也没有。请从备份找回。")
REORDERED = _("这条记录的位置或编号被改过：按链应当在别处。请按哈希的先后改回。")
TRUNCATED = _("链尾少了记录：没有到登记的链头。请从备份找回。")
FOREIGN = _("这条记录不属于这里：前后都接不上。请查它从哪里来。")
AFTER_HEAD = _("这条记录在登记的链头之后，没有经过登记。请查它从哪里来。")
NO_BEGINNING = _("第一条认的前一条谁也没有。请查链的开头，或从备份找回。")
NO_HEAD = _("这条链没有登记链头。请查链头为什么不在。")
HEAD_NUMBER = _("登记的链头编号和最后一条不一致。请核对链头。")
JOIN = _("这条记录并入的离线分支找不到。请找回那个节点的记录。")
SM3 = _("SM3 摘要对不上，SHA-256 是对的。请查摘要为什么被改。")
MOVED_BACK = _("检查点 %(at)s 见过这条链的第 %(told)s 条，现在只到第 %(found)s 条：链被截短过。请从备份找回。")
REWRITTEN = _("检查点 %(at)s 见过的这一条不是这个内容：链从这里起被重写过。请和备份、见证方的副本核对。")
VANISHED = _("检查点 %(at)s 见过这条链（%(label)s），现在整条没有了。请从备份找回。")
RENAMED = _("检查点 %(at)s 记的编号是 %(label)s，现在不是。请和备份核对。")
OTHER_ROOT = _(
    "到流水第 %(position)s 位为止的记录和检查点 %(at)s 不一样（那时有 %(chains)s 条链）。请拿那时的备份逐条核对。"
)
BEHIND = _("检查点 %(at)s 记到流水第 %(position)s 位，数据库只到第 %(found)s 位。是从备份恢复的，还是尾部被截过？")
CHECKPOINT_FILE = _("检查点文件 %(file)s 缺了或被改过，它和前后的检查点接不上。请用另存的那一份核对。")
BODY = _("哈希是对的，但内容不是规范格式，或者编号和内容里写的不一样。请查是谁写入的。")


class Fault(NamedTuple):
    """One thing that is wrong with `chain`, at the entry `seq` (through `last_seq`, where a run of entries is meant).

    `entry_id` is the first entry meant, None where it is missing. `sentence` is a message id with the placeholders of
    `values`. A `chain` of None means the whole record.
    """

    kind: Kind
    chain: UUID | None
    seq: int
    entry_id: UUID | None
    sentence: str
    last_seq: int
    values: Mapping[str, str] = MappingProxyType({})
