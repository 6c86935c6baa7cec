"""The forms of log-in and of one's own account; those of allauth in our words."""

from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePassword
from allauth.account.forms import ReauthenticateForm as AllauthAgain
from allauth.mfa.base.forms import AuthenticateForm as AllauthSecond
from allauth.mfa.base.forms import ReauthenticateForm as AllauthSecondAgain
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthTOTP
from allauth.mfa.webauthn.forms import AddWebAuthnForm as AllauthPasskey
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tianping.kernel.parties.identifiers import IdentifierError, normalise_phone

MISSING_CODE = gettext_lazy("请填六位数字")
DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "12"}


class LoginForm(forms.Form):
    use_required_attribute = False
    username = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=60,
        error_messages={"required": gettext_lazy("请填登录名")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=200,
        strip=False,
        error_messages={"required": gettext_lazy("请填密码")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PhoneForm(forms.Form):
    use_required_attribute = False
    phone = forms.CharField(
        label=gettext_lazy("手机号"),
        max_length=30,
        error_messages={"required": gettext_lazy("请填手机号")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        """In digits; a landline gets no message."""
        try:
            phone = normalise_phone(self.cleaned_data["phone"])
        except IdentifierError as error:
            raise forms.ValidationError(_(str(error))) from error
        if phone.startswith("0"):
            raise forms.ValidationError(_("座机收不到短信，请填手机号"))
        return phone


class CodeForm(forms.Form):
    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("验证码"),
        max_length=12,
        error_messages={"required": MISSING_CODE},
        widget=forms.TextInput(attrs=DIGITS),
    )

    def clean_code(self) -> str:
        return "".join(c for c in self.cleaned_data["code"] if c.isdigit())


class _Ours:
    """Labels in our words, no placeholder, and no bubble of the browser's beside our own message."""

    use_required_attribute = False
    labels: dict[str, Any] = {}
    missing: Any = MISSING_CODE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""
            field.error_messages["required"] = self.missing
            field.label = self.labels.get(name, field.label)


class SecondForm(_Ours, AllauthSecond):  # type: ignore[misc]
    labels = {"code": gettext_lazy("验证器上的六位数字，或者一个备用码")}


class SecondAgainForm(_Ours, AllauthSecondAgain):  # type: ignore[misc]
    labels = SecondForm.labels


class TOTPForm(_Ours, AllauthTOTP):  # type: ignore[misc]
    labels = {"code": gettext_lazy("验证器上的六位数字")}


class AgainForm(_Ours, AllauthAgain):  # type: ignore[misc]
    labels = {"password": gettext_lazy("密码")}
    missing = gettext_lazy("请填密码")


class PasswordForm(_Ours, AllauthChangePassword):  # type: ignore[misc]
    labels = {
        "oldpassword": gettext_lazy("现在的密码"),
        "password1": gettext_lazy("新密码（至少10个字）"),
        "password2": gettext_lazy("再输一遍新密码"),
    }
    missing = gettext_lazy("请填密码")


class PasskeyForm(_Ours, AllauthPasskey):  # type: ignore[misc]
    """A passkey that can log in by itself, unless somebody wants it beside the password only."""

    labels = {"name": gettext_lazy("给它起个名字"), "passwordless": gettext_lazy("以后登录只用它，不用密码")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("passwordless", True)
        super().__init__(*args, **kwargs)
