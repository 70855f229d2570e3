"""Every URL of the platform."""

from django.urls import URLPattern, URLResolver, include, path

# The API first: it is asked most often, and each pattern before it costs every request.
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("huiyin.web.api.urls")),
    path("", include("huiyin.web.portal.urls")),
    path("desk/", include("huiyin.web.workbench.urls")),
    path("console/", include("huiyin.web.console.urls")),
]
handler400 = "huiyin.web.errors.bad_request"
handler404 = "huiyin.web.errors.page_not_found"
handler500 = "huiyin.web.errors.fault"
