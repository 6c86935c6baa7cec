"""Pictures of a report: kept at once, shown small."""

import io
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from PIL import Image, ImageOps

from tianping.kernel.service import Actor, RefusedError, open_paper, store
from tianping.web.files.views import uploader
from tianping.web.forms import said

MOST: Final = 9  # pictures of one report
SMALL: Final = (312, 198)  # three times the 104 by 66 at which it stands
LARGEST: Final = 60_000_000  # pixels of a picture that is made small; larger ones show their name alone


def take(request: HttpRequest, actor: Actor, kept: list[dict[str, Any]], field: str = "photos") -> str:
    """Store what came in `field` behind what is `kept` already; a sentence when one could not be, else ""."""
    for sent in request.FILES.getlist(field):
        if len(kept) >= MOST:
            return _("最多%(most)s张，多的没有收") % {"most": MOST}
        try:
            stored = store(actor, sent.name or "photo", sent, sent.size or 0)
        except RefusedError as error:
            return said(error.sentence, error.values)
        kept.append(
            {"id": str(stored.id), "name": stored.name, "picture": stored.mime.startswith("image/")},
        )
    return ""


def shown(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For the page: with the address of the small picture."""
    return [f | {"thumb": reverse("citizen:photo", args=[f["id"]]) if f["picture"] else ""} for f in kept]


@never_cache
@require_GET
def thumb(request: HttpRequest, document: UUID) -> HttpResponse:
    """A small JPEG of one's own picture, upright, without what the camera wrote into it. 404 when it cannot be drawn."""
    try:
        _stored, content = open_paper(uploader(request), document, "own")
        with Image.open(io.BytesIO(b"".join(content))) as picture:
            if picture.width * picture.height > LARGEST:
                raise Http404
            picture.draft("RGB", SMALL)
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except (RefusedError, OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Http404 from error
    out = io.BytesIO()
    ImageOps.fit(small, SMALL).save(out, "JPEG", quality=70)
    return HttpResponse(out.getvalue(), content_type="image/jpeg")
