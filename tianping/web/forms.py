"""A step's form as Django draws it, made from the declaration. What it says is checked by the one parser, not here."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from tianping.kernel.lifecycle.concepts import Concept
from tianping.kernel.lifecycle.state import SEALED
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.service import MatterView, RefusedError, registry
from tianping.web.choices import choices_for
from tianping.web.templatetags._dates import date_text

MISSING = "请填写这一项"  # as the one parser says it of any field
FEW = 5  # so many options stand as large buttons instead of a list


class StepForm(forms.Form):
    """The questions of one step. Known facts are not asked again unless the step revises them."""

    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        step: Step,
        jurisdiction: str,
        *,
        data: Mapping[str, Any] | None = None,
        view: MatterView | None = None,
        holder: str = "",
        key: str = "",
        only: frozenset[str] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, initial={"key": key}, prefix=prefix)
        self.step = step
        concepts = registry().concepts
        facts = view.state.facts if view is not None else {}
        opened = view.facts if view is not None else {}
        for item in step.form.fields:
            concept = concepts[item.concept]
            known = concept.scope == "matter" and concept.name in facts
            if (known and not item.revises) or (only is not None and item.name not in only):
                continue
            options = choices_for(jurisdiction, item, concept, view, holder)
            made = _field(concept, options)
            made.label = _(item.label or concept.label)
            made.help_text = _(item.hint) if item.hint else ""
            made.required = item.required
            value = opened.get(concept.name)
            if known and value != SEALED:
                made.initial = ",".join(value) if concept.type == "point" and isinstance(value, list) else value
            self.fields[item.name] = made

    def raw(self) -> dict[str, Any]:
        """What was sent, as the parser takes it."""
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            if name == "key" or isinstance(field, forms.FileField):
                continue
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            if value not in (None, "", []):
                found[name] = value
        return found

    def refuse(self, error: RefusedError) -> None:
        """Put the sentences of a refusal beside their fields, and what belongs to none on top."""
        self._errors = ErrorDict()
        for name, sentence in sentences(error).items():
            text = missing(self.fields[name]) if name in self.fields and error.fields[name] == MISSING else sentence
            self._errors[name if name in self.fields else "__all__"] = ErrorList([text])
        if not error.fields:
            self._errors["__all__"] = ErrorList([said(error.sentence, error.values)])
        self.cleaned_data = {}


def missing(field: forms.Field) -> str:
    """What to do about a field that is empty, by its name: the summary on top has no field beside it."""
    chosen = isinstance(field.widget, forms.Select | forms.RadioSelect | forms.CheckboxSelectMultiple)
    words = _("请传“%(label)s”") if isinstance(field, forms.FileField) else _("请选“%(label)s”") if chosen else ""
    return (words or _("请填“%(label)s”")) % {"label": field.label}


def said(sentence: str, values: Mapping[str, Any]) -> str:
    """The sentence in the reader's language, with what it names; a day as people read it."""
    text = _(sentence)
    if not values or "%(" not in text:
        return text
    return text % {name: _readable(value) for name, value in values.items()}


def _readable(value: Any) -> Any:
    if hasattr(value, "say"):  # what the clock names: a rule, an amount, a moment
        return value.say(translation)
    try:
        return date_text(value if isinstance(value, date) else date.fromisoformat(value), "long")
    except (TypeError, ValueError):
        return value


def sentences(error: RefusedError) -> dict[str, str]:
    """Field -> what to do about it, in the reader's language."""
    details = error.values.get("details", {})
    return {name: said(text, details.get(name) or {}) for name, text in error.fields.items()}


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


# type -> how it is asked, where that does not hang on options
_ASKED: dict[str, Callable[[], forms.Field]] = {
    "longtext": lambda: forms.CharField(widget=forms.Textarea(attrs={"rows": 4})),
    "boolean": lambda: forms.ChoiceField(choices=[("true", _("是")), ("false", _("不是"))], widget=forms.RadioSelect),
    "files": lambda: forms.FileField(
        widget=FilesInput(attrs={"accept": "image/*,.pdf,.ofd,.docx,.xlsx", "multiple": True})
    ),
    "integer": lambda: forms.CharField(widget=forms.NumberInput(attrs={"inputmode": "numeric"})),
    "date": lambda: forms.CharField(widget=forms.DateInput(attrs={"type": "date"})),
    "phone": lambda: forms.CharField(widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})),
    "point": lambda: forms.CharField(widget=forms.HiddenInput),
}


def _field(concept: Concept, options: list[Any]) -> forms.Field:
    if concept.type in _ASKED:
        return _ASKED[concept.type]()
    if concept.type == "agencies":
        return forms.MultipleChoiceField(choices=options, widget=forms.SelectMultiple(attrs={"size": 8}))
    if not options:
        return forms.CharField()
    flat = [o for o in options if isinstance(o[1], str)]
    if len(flat) == len(options) <= FEW and concept.type == "choice":
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect)
    return forms.ChoiceField(choices=[("", "—"), *options])


def uploads(request: HttpRequest) -> list[Any]:
    """The files of a form's request, whatever their field."""
    return [f for name in request.FILES for f in request.FILES.getlist(name)]
