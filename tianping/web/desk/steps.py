"""Taking a step: its form in the drawer or on a page, and what comes of it. And a number, shown for a purpose."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.capabilities.search.find import find
from tianping.kernel.lifecycle.vocabulary import Step
from tianping.kernel.service import (
    MASKED,
    PURPOSES,
    Actor,
    ProceedingView,
    RefusedError,
    advance,
    alike,
    registry,
    reveal,
    sees,
    store,
)
from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk import longer, texts
from tianping.web.desk.matters import here_of, view_of
from tianping.web.desk.present import Here
from tianping.web.forms import StepForm, uploads

WHY = ("contact", "handling", "verify")


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, matter: UUID, proceeding: UUID, name: str) -> HttpResponse:
    """The form of one step. The buttons, this form and the API come from the same declaration."""
    actor = actor_of(request)
    view = view_of(request, matter)
    found = next((p for p in view.proceedings if p.state.id == proceeding), None)
    offer = next((o for o in found.offers if o.step.name == name and not o.refusal), None) if found else None
    if found is None or offer is None:
        messages.warning(request, _("这件事已经到了别的环节，这一步现在不用办了"))
        return _onward(request, matter)
    data = request.POST if request.method == "POST" and texts.TEXT not in request.POST else None
    form = step_form(actor, offer.step, data, view=view, holder=found.state.holder)
    _suggest(request, actor, matter, form)
    if "representation" in form.fields:
        form.fields["representation"].initial = request.GET.get("representation", "")
    dates = longer.offer(view, found, offer.step, form)
    texts.offer(actor, view, offer.step, form)
    texts.fill(request.POST, form)
    if data is not None:
        try:
            take(request, actor, found.state.id, offer.step, form)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(request, _done(offer.step, found, matter))
            if not sees(actor, matter):  # it went where this person does not look
                return to(request, reverse("desk:worklist"))
            return _onward(request, matter)
    named = longer.button(offer.step, form.raw() if dates else {}, dates)
    return sheet(request, form, _(offer.step.label), request.get_full_path(), _back(request, matter), button=named)


def step_form(actor: Actor, declared: Step, data: Any = None, **more: Any) -> StepForm:
    """The declared form as the desk draws it: many offices are ticked, not held down with a key."""
    form = StepForm(declared, actor.jurisdiction, data=data, key=str(uuid4()), **more)
    for field in form.fields.values():
        if isinstance(field.widget, forms.SelectMultiple):
            field.widget = forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[attr-defined]
    return form


class Known(forms.TextInput):
    """A text field with what it might be: `options` are (value, label). Anything else may be typed."""

    def __init__(self, options: list[tuple[str, str]]) -> None:
        super().__init__(attrs={"list": "known-matters"})
        self.options = options

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        listed = format_html_join("", '<option value="{}">{}</option>', self.options)
        return super().render(name, value, attrs, renderer) + format_html(
            '<datalist id="known-matters">{}</datalist>', listed
        )


def _suggest(request: HttpRequest, actor: Actor, matter: UUID, form: StepForm) -> None:
    """The other matter of a merge or a link: those that look alike are offered, any number may be typed."""
    field = form.fields.get("other_matter")
    if field is not None:
        field.widget = Known(
            [(a.number, f"{a.title}（{'、'.join(_(r) for r in a.reasons)}）") for a in alike(actor, matter)]
        )
        field.help_text = _("写编号；记不得编号，写反映人的电话也行。")
        field.initial = request.GET.get("other", "")


def take(request: HttpRequest, actor: Actor, proceeding: UUID, declared: Step, form: StepForm) -> None:
    """Raises RefusedError. The key of the form makes a second press the same step."""
    raw = form.raw()
    texts.no_blanks(declared, raw)
    if "other_matter" in raw:
        raw["other_matter"] = _matter_by_words(actor, raw["other_matter"])
    if sent := uploads(request):
        field = next((f.name for f in declared.form.fields if f.concept == "files"), None)
        if field:
            raw[field] = [str(store(actor, f.name or "file", f, f.size or 0).id) for f in sent]
    advance(proceeding, declared.name, actor=actor, form=raw, key=form.data.get("key") or str(uuid4()))


def _matter_by_words(actor: Actor, text: str) -> str:
    """A clerk types a number; the parser wants the id."""
    try:
        return str(UUID(text))
    except ValueError:
        hits = find(actor, text, 2)
    if len(hits) != 1:
        sentence = _("没有找到这一件，请核对编号") if not hits else _("找到不止一件，请写完整的编号")
        raise RefusedError(sentence, "form", {"other_matter": sentence})
    return str(hits[0])


def _done(declared: Step, found: ProceedingView, matter: UUID) -> str:
    """What happened, what it is now, and how to take it back where that is allowed."""
    text = _("办好了：%(step)s。") % {"step": _(declared.label)}
    now = found.procedure.states.get(declared.target or "")
    if now:
        text += _("现在是“%(state)s”。") % {"state": _(now)}
    if not declared.reversible:
        return text
    address = reverse("desk:step", args=[matter, found.state.id, "undo"])
    return format_html('{} <a href="{}" data-drawer>{}</a>', text, address, _("撤回"))


def _back(request: HttpRequest, matter: UUID) -> str:
    here = here_of(request)
    if here is not None and request.GET.get("at") == "pane":
        return here.opened(matter)
    address = reverse("desk:matter", args=[matter])
    return here.to(address) if here is not None else address


def _onward(request: HttpRequest, matter: UUID) -> HttpResponse:
    return to(request, _back(request, matter))


def to(request: HttpRequest, address: str) -> HttpResponse:
    """On to a page, from a form in the drawer or on a page of its own."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def sheet(
    request: HttpRequest, form: forms.Form, title: str, action: str, back: str, *, button: str = "", cancel: str = ""
) -> HttpResponse:
    """A form in the drawer (htmx) or on a page of its own; refused with 422."""
    drawer = "HX-Request" in request.headers
    context = {
        "title": title,
        "form": form,
        "action": action,
        "button": button or title,
        "cancel": cancel or _("不办了"),
        "cancel_url": back,
        "still": not drawer,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "web/components/drawer.html" if drawer else "web/desk/sheet.html", context, status=status)


class PurposeForm(forms.Form):
    use_required_attribute = False
    purpose = forms.ChoiceField(
        label=gettext_lazy("看这个号码做什么"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项用途")},
        help_text=gettext_lazy("谁、什么时候、为什么看的，都会记下来；本人可以查到。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [(p, _(PURPOSES[p])) for p in WHY]  # type: ignore[attr-defined]


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, matter: UUID, concept: str) -> HttpResponse:
    """A masked number, asked for with a purpose, shown once and recorded."""
    if concept not in MASKED:
        raise Http404
    actor = actor_of(request)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    label = _(registry().concepts[concept].label)
    back = Here("").to(reverse("desk:matter", args=[matter]))
    if not form.is_valid():
        view_of(request, matter)
        return sheet(request, form, label, request.get_full_path(), back, button=_("看号码"), cancel=_("不看了"))
    try:
        value = reveal(actor, matter, concept, form.cleaned_data["purpose"], _entry(request))
    except RefusedError as error:
        raise Http404 from error
    context = {
        "label": label,
        "value": value,
        "phone": concept.endswith("_phone"),
        "back": back,
        "drawer": "HX-Request" in request.headers,
    }
    return render(request, "web/desk/number.html", context)


def _entry(request: HttpRequest) -> UUID | None:
    """Which entry's number, where several entries of a matter tell one."""
    try:
        return UUID(request.GET["entry"]) if "entry" in request.GET else None
    except ValueError as error:
        raise Http404 from error
