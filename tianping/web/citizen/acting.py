"""A step that a party takes: its form straight from the declaration, for who holds the code and for who is proven."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from tianping.kernel.service import Actor, Progress, RefusedError, advance, show
from tianping.web.citizen import photos
from tianping.web.forms import StepForm

CHOSEN = "representation"  # the field that chooses among who acts for the party
KEPT = "kept"  # hidden inputs: pictures that an earlier sending has stored


def take(request: HttpRequest, actor: Actor, seen: Progress, name: str, back: str) -> HttpResponse:
    """Show the form of one step, or take it and go `back`. 404 for a step that is not this person's to take now."""
    offer = next((o for o in seen.offers if o.step.name == name and not o.refusal), None)
    if offer is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    view = show(actor, seen.matter, "own") if offer.step.form.field(CHOSEN) else None
    form = StepForm(offer.step, settings.JURISDICTION, data=data, key=str(uuid4()), view=view)
    if view is not None:
        form.fields[CHOSEN].initial = request.GET.get(CHOSEN, "")
    files = next((f.name for f in offer.step.form.fields if f.concept == "files"), "")
    kept = _kept(request)
    if data is not None:
        try:
            _take(request, actor, seen, form, files, kept)
        except RefusedError as error:
            form.refuse(error)
        else:
            messages.success(request, _("办好了：%(step)s") % {"step": _(offer.step.label)})
            return HttpResponseRedirect(back)
    label = _(offer.step.label)
    context: dict[str, Any] = {"form": form, "question": label, "back_url": back, "button": label, "kept": kept}
    return render(request, "web/citizen/act.html", context, status=422 if form.is_bound else 200)


def _take(
    request: HttpRequest, actor: Actor, seen: Progress, form: StepForm, files: str, kept: list[dict[str, Any]]
) -> None:
    raw = form.raw()
    if files:
        if fault := photos.take(request, actor, kept, files):
            raise RefusedError(fault, "form", {files: fault})
        if kept:
            raw[files] = [f["id"] for f in kept]
    advance(seen.proceeding, form.step.name, actor=actor, form=raw, key=form.data.get("key") or str(uuid4()))


def _kept(request: HttpRequest) -> list[dict[str, Any]]:
    """Ids and names of what an earlier sending of this form has stored. Whose they are, the kernel asks."""
    found = []
    for text in request.POST.getlist(KEPT)[: photos.MOST]:
        ident, _colon, name = text.partition(":")
        try:
            found.append({"id": str(UUID(ident)), "name": name, "picture": False})
        except ValueError:
            continue
    return found
