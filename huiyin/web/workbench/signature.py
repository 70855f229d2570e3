"""The picture of one's own handwritten signature: put up, looked at, withdrawn."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound, Refused, TooLarge
from huiyin.orgs import actions, queries
from huiyin.orgs.actions.signatures import LARGEST_PICTURE
from huiyin.orgs.models import Signature
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress

DONE = {"put": "手写签名已保存，今后由您签发的回复会印上它。", "withdrawn": "手写签名已撤下。"}


class SignatureForm(forms.Form):
    """A picture of the own signature."""

    picture = forms.FileField(
        label="签名图片",
        help_text="PNG 或 JPG，不超过 2 MB；写在白纸上，裁去四周",
        error_messages={"required": "请选择图片", "empty": "这是空文件"},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg", "class": "form-control"}),
    )


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SIGN_OFF)
def mine(request: StaffRequest) -> HttpResponse:
    """Show one's own signature; put up another, or withdraw it. One query beside the session."""
    if request.method == "GET":
        return _page(request, SignatureForm())
    now = clock.now()
    if request.POST.get("do") == "withdraw":
        actions.withdraw_signature(request.staff.pk, why="本人撤下", by=request.actor, now=now)
        return _done("withdrawn")
    form = SignatureForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    file = form.cleaned_data["picture"]
    try:
        if file.size > LARGEST_PICTURE:
            raise TooLarge("签名图片超过 2 MB", remedy="请裁小后再上传")
        actions.put_up_signature(file.read(), by=request.actor, now=now)
    except Refused as refusal:
        form.add_error("picture", "。".join(filter(None, [refusal.message, refusal.remedy])))
        return _page(request, form, status=refusal.status)
    return _done("put")


@require_GET
@staff_page(Perm.SIGN_OFF)
def picture(request: StaffRequest) -> HttpResponse:
    """Send the picture of one's own signature. One query beside the session."""
    held = queries.signature_of(request.staff)
    if held is None:
        raise NotFound("还没有手写签名")
    return send_signature(held)


def send_signature(signature: Signature) -> HttpResponse:
    """Return the answer that sends a signature; the browser does not keep it."""
    response = HttpResponse(queries.signature_picture(signature), content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _done(what: str) -> HttpResponse:
    return redirect(f"{reverse('workbench:my_signature')}?done={what}")


def _page(request: StaffRequest, form: SignatureForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    found = {
        "form": form,
        "held": queries.signature_of(request.staff),
        "said": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "workbench/signature.html", found, status=status)
