"""Lists that somebody keeps for themselves: a name and the address of the question, never its answer."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tianping.web.accounts.asking import actor_of
from tianping.web.accounts.guards import staff_required
from tianping.web.desk import query as asking
from tianping.web.desk.keeping import drop, keep, saved_of
from tianping.web.desk.present import Here
from tianping.web.desk.steps import sheet, to

MOST = 12
LONGEST = 1_000


class NameForm(forms.Form):
    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("叫它什么"),
        max_length=12,
        help_text=gettext_lazy("几个字就好，它会和“逾期”“退回”排在一起，只有您看得到。"),
        error_messages={"required": gettext_lazy("写个名字"), "max_length": gettext_lazy("最多12个字")},
    )


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Keep this question. Words of a search may be somebody's name: a search is not kept."""
    actor = actor_of(request)
    get = asking.asked(request.GET.urlencode())
    for name in asking.NOT_SAVED:
        get.pop(name, None)
    address = get.urlencode()
    form = NameForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and len(address) <= LONGEST:
        if len(saved_of(actor)) >= MOST:
            form.add_error("name", _("最多存12个，先去掉一个不用的"))
        else:
            keep(actor, form.cleaned_data["name"].strip(), address)
            return to(request, Here(address).address)
    return sheet(
        request,
        form,
        _("存为常用"),
        f"{reverse('desk:save')}?{address}",
        Here(address).address,
        button=_("存下"),
        cancel=_("不存了"),
    )


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def forget(request: HttpRequest, saved: UUID) -> HttpResponse:
    """Take one of one's own away; somebody else's does not exist."""
    actor = actor_of(request)
    found = next((s for s in saved_of(actor) if s.id == saved), None)
    if found is None:
        return HttpResponseRedirect(reverse("desk:worklist"))
    if request.method == "POST":
        drop(actor, saved)
        return to(request, Here(found.address).address)
    title = _("去掉常用的“%(name)s”") % {"name": found.name}
    return sheet(
        request, forms.Form(), title, request.path, Here(found.address).address, button=_("去掉"), cancel=_("留着")
    )
