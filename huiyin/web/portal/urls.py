"""Addresses of the portal."""

from django.urls import URLPattern, path

from huiyin.web.portal import answers, cases, pages, rating, submitting

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("submit", submitting.submit, name="submit"),
    path("submit/answers", answers.while_writing, name="while_writing"),
    path("submitted", submitting.submitted, name="submitted"),
    path("case", cases.ask, name="ask"),
    path("c/<str:number>", cases.from_message, name="from_message"),
    path("case/leave", cases.leave, name="leave"),
    path("case/<str:number>", cases.show, name="case"),
    path("case/<str:number>/more", cases.more, name="more"),
    path("case/<str:number>/files/<int:key>", cases.file, name="file"),
    path("rate/<str:number>/<str:token>", rating.rate, name="rate"),
    path("assessment", pages.assessment, name="assessment"),
    path("news", pages.news, name="news"),
    path("news/<slug:code>", pages.news_item, name="news_item"),
    path("answers", answers.listed, name="answers"),
    path("answers/<slug:code>", pages.answer_item, name="answer_item"),
    path("answers/<slug:code>/opinion", answers.opinion, name="opinion"),
    path("about", pages.about, name="about"),
    path("letters/<slug:size>", pages.letters, name="letters"),
    path("robots.txt", pages.robots, name="robots"),
    path("favicon.ico", pages.favicon, name="favicon"),
]
