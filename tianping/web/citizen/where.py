"""Whose patch a place is, in words; and the place that a sign at a door or in a grid stands for."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tianping.kernel.service import book, locate, offices
from tianping.web.choices import english
from tianping.web.citizen import draft as drafts


@never_cache
@require_GET
def sign(request: HttpRequest, code: str) -> HttpResponse:
    """The address in a door's QR code: a known address or a grid. The report begins with that place filled in."""
    packs = book(settings.JURISDICTION)
    known = {row.code: row.address for row in packs.rows("address")}
    known |= {row.code: row.name for row in packs.rows("grid")}
    if code not in known:
        raise Http404
    draft = drafts.load(request)
    draft |= {"place": known[code], "lat": "", "lon": "", "accuracy": ""}
    drafts.save(request, draft)
    return HttpResponseRedirect(reverse("citizen:report"))


def office_name(name: str) -> str:
    """An office's name in the reader's language."""
    if not english():
        return name
    return next((o.name_en for o in offices(settings.JURISDICTION) if name in (o.name, o.short) and o.name_en), name)


def patch(draft: dict[str, str]) -> str:
    """The grid and its office that a draft's place was matched to; "" when nothing matched."""
    words, point = draft.get("place", ""), drafts.point(draft)
    if not words and not point:
        return ""
    packs = book(settings.JURISDICTION)
    grids = {row.code: row.name for row in packs.rows("grid")}
    found = locate(settings.JURISDICTION, point or None, words)
    if found is None:
        return words if words in grids.values() else ""
    office = next((o for o in offices(settings.JURISDICTION) if o.path == found.agency_path), None)
    names = [grids.get(found.grid, "")]
    if office is not None:
        names.append(office.name_en if english() and office.name_en else office.name)
    return " · ".join(filter(None, names))
