"""Groups, links and records over the API."""

from __future__ import annotations

from huiyin.orders.numbers import query_code


def test_orders_are_merged_and_told_around(api) -> None:
    numbers = [api.create().body["number"] for _ in range(2)]
    for number in numbers:
        edit = {"category": "0404", "kind": "help"}
        assert api.step(number, "edit", "agent", edit).status == 200
        assert api.step(number, "submit", "agent").status == 200
    main, other = numbers
    around = api.get(f"/orders/{other}/around", "dispatcher").body
    assert [each["order"]["number"] for each in around["duplicates"]] == [main]
    assert around["duplicates"][0]["why"]
    told = api.step(other, "merge", "dispatcher", {"main": main})
    assert (told.status, told.body["close_type"]) == (200, "merged")
    assert api.step(other, "merge", "dispatcher", {"main": main}).status == 409
    around = api.get(f"/orders/{main}/around", "agent").body
    assert around["merged_count"] == 1
    assert around["links"][0]["what"] == "并入本单的诉求"
    back = api.step(other, "split_off", "dispatcher", {"note": "不是一件事"})
    assert back.body["state"] == "to_dispatch"
    assert api.step(other, "link", "agent", {"other": "1", "kind": "sequel"}).status == 422


def test_a_citizen_adds_to_a_case(api) -> None:
    number = api.create().body["number"]
    sent = {"number": number, "code": query_code(number), "words": "今天又停暖了"}
    told = api.post("/public/case/more", sent, None)
    assert told.status == 200
    assert told.body["steps"][-1]["note"] == "今天又停暖了"
    assert api.post("/public/case/more", sent | {"code": "000000"}, None).status == 404
