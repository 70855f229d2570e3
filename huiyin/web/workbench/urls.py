"""Addresses of the workbench."""

from django.urls import URLPattern, path

from huiyin.web.workbench import home, signin

app_name = "workbench"
urlpatterns: list[URLPattern] = [
    path("sign-in", signin.sign_in, name="sign_in"),
    path("sign-out", signin.sign_out, name="sign_out"),
    path("", home.home, name="home"),
    path("orders", home.home, name="orders"),
]
