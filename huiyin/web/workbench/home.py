"""What is due now for me."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from huiyin.web.staff import StaffRequest, staff_page


@staff_page()
def home(request: StaffRequest) -> HttpResponse:
    """Show the queues of the person's roles."""
    return render(request, "workbench/home.html", {})
