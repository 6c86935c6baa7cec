"""The one vocabulary of facts. Every form field names a concept, so that what is known is never asked twice."""

from dataclasses import dataclass
from typing import Literal

from tianping.kernel.lifecycle.text import gettext_noop as _

Type = Literal[
    "text",
    "name",
    "longtext",
    "choice",
    "boolean",
    "integer",
    "money",
    "date",
    "datetime",
    "phone",
    "id_number",
    "uscc",
    "agency",
    "agencies",
    "person",
    "matter",
    "place",
    "point",
    "files",
]


@dataclass(frozen=True, slots=True)
class Concept:
    """One kind of fact.

    `scope="matter"`: the latest value holds for the whole matter and prefills later forms.
    `scope="entry"`: the value belongs to the entry that recorded it (a reason, a note) and is never carried on.
    `column`: the matter's column that the kernel derives from it, for lists.
    `source`: the pack kind whose codes a choice is checked against.
    """

    name: str
    label: str
    type: Type
    scope: Literal["matter", "entry"] = "matter"
    personal: bool = False
    column: str = ""
    source: str = ""
    choices: tuple[tuple[str, str], ...] = ()


ROLES = (("reporter", _("反映人")), ("other", _("对方")))
REPRESENTATION_KINDS = (
    ("agent", _("委托代理人")),
    ("legal_representative", _("法定代表人")),
    ("guardian", _("监护人")),
)
AUTHORITIES = (
    ("view", _("只看：进展和内容")),
    ("general", _("一般授权：看、说、代收")),
    ("special", _("特别授权：还能同意、和解")),
)
PROOF_KINDS = (
    ("power_of_attorney", _("授权委托书")),
    ("licence", _("营业执照和身份证明")),
    ("household_register", _("户口簿")),
    ("guardianship", _("指定监护的文书")),
)

COMMON_CONCEPTS: tuple[Concept, ...] = (
    Concept("title", _("标题"), "text", personal=True, column="title"),
    Concept("description", _("发生了什么事"), "longtext", personal=True),
    Concept("place", _("地点"), "place", personal=True, column="place"),
    Concept("point", _("位置"), "point", personal=True, column="grid"),
    Concept("category", _("类别"), "choice", column="category", source="category"),
    Concept("grade", _("等级"), "choice", column="grade", source="grade"),
    Concept(
        "channel",
        _("来源"),
        "choice",
        column="channel",
        choices=(
            ("window", _("窗口")),
            ("phone", _("电话")),
            ("web", _("网页")),
            ("mobile", _("手机")),
            ("police", _("110转来")),
            ("letter", _("来信")),
            ("import", _("导入")),
            ("grid", _("网格巡查")),
        ),
    ),
    Concept("reporter_name", _("反映人"), "name", personal=True),
    Concept("reporter_phone", _("反映人电话"), "phone", personal=True),
    Concept("reporter_id_number", _("反映人身份证号"), "id_number", personal=True),
    Concept("reporter_uscc", _("反映单位的统一社会信用代码"), "uscc", personal=True),
    Concept("other_name", _("对方"), "name", personal=True),
    Concept("other_phone", _("对方电话"), "phone", personal=True),
    Concept("other_uscc", _("对方单位的统一社会信用代码"), "uscc", personal=True),
    Concept("represented", _("替谁办"), "choice", scope="entry", choices=ROLES),
    Concept("representation_kind", _("什么身份"), "choice", scope="entry", choices=REPRESENTATION_KINDS),
    Concept("representative_name", _("代办人"), "name", scope="entry", personal=True),
    Concept("representative_phone", _("代办人电话"), "phone", scope="entry", personal=True),
    Concept("representative_id_number", _("代办人身份证号"), "id_number", scope="entry", personal=True),
    Concept("authority", _("能办哪些"), "choice", scope="entry", choices=AUTHORITIES),
    Concept("valid_until", _("授权到哪天"), "date", scope="entry"),
    Concept("proof_kind", _("凭什么"), "choice", scope="entry", choices=PROOF_KINDS),
    Concept("representation", _("哪一位代办人"), "text", scope="entry"),
    Concept("external_number", _("原编号"), "text"),
    Concept("files", _("照片和材料"), "files", scope="entry"),
    Concept("reason", _("原因"), "longtext", scope="entry", personal=True),
    Concept("note", _("说明"), "longtext", scope="entry", personal=True),
    Concept("agency", _("承办单位"), "agency", scope="entry"),
    Concept("agencies", _("协办单位"), "agencies", scope="entry"),
    Concept("assignee", _("承办人"), "person", scope="entry"),
    Concept("other_matter", _("另一件事项"), "matter", scope="entry"),
    Concept("term", _("时限"), "text", scope="entry"),
    Concept("amount", _("多少"), "integer", scope="entry"),
    Concept("concept", _("要更正的内容"), "text", scope="entry"),
    Concept("value", _("正确的内容"), "longtext", scope="entry", personal=True),
    Concept("answer", _("答复"), "longtext", personal=True),
    Concept("result", _("办理结果"), "longtext", scope="entry", personal=True),
    Concept(
        "outcome",
        _("结论"),
        "choice",
        scope="entry",
        choices=(
            ("settled", _("已解决")),
            ("explained", _("已解释说明")),
            ("partly", _("部分解决")),
            ("unable", _("没能解决")),
        ),
    ),
)
