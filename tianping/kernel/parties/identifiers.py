"""Identifiers that people write in many ways, brought to one spelling or refused with a sentence for the clerk.

No sentence repeats what was typed, so that no identifier gets into a log. A normalised value is for finding and
comparing; what a person wrote as their name is kept beside it, as they wrote it.
"""

import re
from dataclasses import dataclass
from datetime import date
from unicodedata import category, normalize

from tianping.kernel.lifecycle.text import gettext_noop as _


class IdentifierError(ValueError):
    """What was typed is no identifier of its kind; the message is a message id that says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class IdNumber:
    """A citizen's identity number: 18 characters, with the birth date and the six-digit division code in it.

    The sex, which the 17th digit tells as well, is never read, derived or kept. It has no repr, logs would show it.
    """

    number: str
    birth: date
    region: str


_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_SEPARATORS = re.compile("[-\\s\u2010-\u2015\u2212]+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff\u3007"
_MIDDLE_DOTS = re.compile(" ?[\u00b7\u30fb\u2022\u2027\u2219\u22c5\u25cf] ?")
_SPACE_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}")


def check_id_number(text: str) -> IdNumber:
    """Read an 18-digit citizen identity number (GB 11643). Raises IdentifierError.

    Full-width characters, spaces and dashes are accepted, and x for X. Whether the division exists is not checked:
    numbers keep the codes of divisions that were merged long ago.
    """
    number = _compact(text)
    if re.fullmatch("[0-9]{15}", number):
        raise IdentifierError(_("这是 15 位的旧身份证号，请填 18 位的。"))
    if len(number) != 18:
        raise IdentifierError(_("身份证号应是 18 位，请数一数，补全或删去多余的。"))
    if not re.fullmatch("[0-9]{17}[0-9X]", number):
        raise IdentifierError(_("身份证号前 17 位只有数字，最后一位是数字或 X，请对照证件改一改。"))
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentifierError(_("身份证号第 7 到 14 位应是出生日期，请对照证件改一改。")) from None
    total = sum(int(digit) * weight for digit, weight in zip(number, _ID_WEIGHTS, strict=False))
    if _ID_CHECKS[total % 11] != number[17]:
        raise IdentifierError(_("身份证号对不上校验位，可能有一位输错了，请对照证件核一遍。"))
    return IdNumber(number, birth, number[:6])


def birth_of(text: object) -> date | None:
    """The birth date in a citizen's identity number; None of anything else."""
    try:
        return check_id_number(str(text or "")).birth
    except IdentifierError:
        return None


def check_uscc(text: str) -> str:
    """An organisation's unified social credit code (GB 32100), 18 upper-case characters. Raises IdentifierError."""
    code = _compact(text)
    if len(code) != 18:
        raise IdentifierError(_("统一社会信用代码应是 18 位，请数一数，补全或删去多余的。"))
    values = [_USCC_CHARACTERS.find(character) for character in code]
    if -1 in values:
        raise IdentifierError(_("统一社会信用代码只有数字和大写字母，不用 I、O、S、V、Z，请对照证照改一改。"))
    total = sum(value * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=False))
    if (31 - total % 31) % 31 != values[17]:
        raise IdentifierError(_("统一社会信用代码对不上校验位，可能有一位输错了，请对照证照核一遍。"))
    return code


def normalise_phone(text: str) -> str:
    """A mainland number in digits as dialled at home: `13800138000`, or with its area code `07171234567`.

    Accepts +86, 0086 and 86, full-width characters, spaces, dashes, dots, brackets, and a 0 before a mobile number.
    The shapes follow the national numbering plan (general knowledge, unverified). Raises IdentifierError.
    """
    digits = re.sub(r"[().]", "", _compact(text))
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise IdentifierError(_("电话里只填数字，请去掉文字；分机号请写在备注里。"))
    national = re.sub(r"^(?:\+86|0086|86(?=1[3-9][0-9]{9}$))", "", digits)
    if national != digits and re.match("[2-9]|10", national):
        national = "0" + national  # an area code loses its 0 behind the country code
    if national.startswith("+"):
        raise IdentifierError(_("这是境外号码，请填一个国内的手机或座机。"))
    if re.fullmatch("01[3-9][0-9]{9}", national):
        national = national[1:]
    if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
        return national
    if re.fullmatch("[2-9][0-9]{6,7}", national):
        raise IdentifierError(_("座机请带区号，例如 0717-1234567。"))
    if national.startswith("1"):
        raise IdentifierError(_("手机号应是 11 位，以 13 到 19 开头，请核对一下。"))
    raise IdentifierError(_("电话号码不完整，请填 11 位手机号，或带区号的座机。"))


def normalise_name(text: str) -> str:
    """A name for finding and comparing: NFKC, every middle dot as ·, no spaces inside Chinese, one elsewhere.

    Raises IdentifierError when nothing is left or a control character stands in it.
    """
    visible = normalize("NFKC", "".join(character for character in text if category(character) != "Cf"))
    name = _SPACE_BETWEEN_HAN.sub("", _MIDDLE_DOTS.sub("·", " ".join(visible.split())))
    if not name.strip("·"):
        raise IdentifierError(_("请填姓名或名称。"))
    if any(category(character) in {"Cc", "Cs"} for character in name):
        raise IdentifierError(_("姓名里有看不见的字符，请删掉后重新输入。"))
    return name


def mask_phone(number: str) -> str:
    """`138****8000`; of a landline area code and last two digits: `0717*****67`; of anything shorter nothing."""
    if len(number) < 10:
        return "*" * len(number)
    if number.startswith("0"):
        area = 3 if number[1] in "12" else 4
        return number[:area] + "*" * (len(number) - area - 2) + number[-2:]
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def mask_id(number: str) -> str:
    """Division code and last character; birth date and serial number, which tells the sex, stay hidden."""
    if len(number) != 18:
        return "*" * len(number)
    return number[:6] + "*" * 11 + number[-1]


def mask_name(name: str) -> str:
    """The first character and at most two stars, so that the length of a long name is not shown: `王*`, `王**`."""
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" * min(len(name) - 1, 2)


def _compact(text: str) -> str:
    return _SEPARATORS.sub("", normalize("NFKC", text)).upper()
