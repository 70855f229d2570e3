/* Live events on the staff pages: says when the order or list on show has moved meanwhile.
   Nothing is changed under anybody's hands: the page offers to be loaded again. */
(() => {
  "use strict";
  const address = document.body.dataset.live;
  if (!address || !window.EventSource) return;
  const bar = document.getElementById("news");
  const order = document.querySelector("[data-order]");
  const list = document.querySelector("[data-news]");
  const floor = () => document.querySelectorAll("[data-floor]");
  if (!bar) return;

  const tell = (words) => {
    bar.querySelector("[data-news-words]").textContent = words;
    bar.hidden = false;
  };
  const moved = (number) => document.querySelector(`[data-row][data-number="${number}"]`);
  /* What the page itself shows counts as heard: a change before the first event is news, too. */
  const shown = [...document.querySelectorAll("[data-count]")];
  let counted = "";

  const listen = () => {
    const source = new EventSource(`${address}/events`, { withCredentials: true });
    source.addEventListener("order", (event) => {
      const news = JSON.parse(event.data);
      if (order) {
        if (news.number === order.dataset.order && news.events > Number(order.dataset.events)) tell("这件工单有新进展。");
      } else if (list && moved(news.number)) tell(list.dataset.news);
    });
    source.addEventListener("orders", (event) => {
      const states = JSON.parse(event.data).states;
      const now = JSON.stringify(Object.entries(states).sort());
      const differs = shown.some((cell) => Number(cell.textContent) !== (states[cell.dataset.count] ?? 0));
      for (const cell of shown) cell.textContent = states[cell.dataset.count] ?? 0;
      if (list && (differs || (counted && counted !== now))) tell(list.dataset.news);
      counted = now;
    });
    /* Calls and agents: these parts ask for themselves anew, forms beside them are not touched. */
    source.addEventListener("floor", (event) => {
      const { seats } = JSON.parse(event.data);
      const about = ({ dataset }) => !dataset.floor || seats.includes("*") || seats.includes(dataset.floor);
      for (const part of floor()) if (about(part)) htmx.trigger(part, "floor");
    });
    /* The telephone and the floor renew themselves; a form is not to be loaded again for them. */
    source.addEventListener("reset", () => (order || list) && tell("页面可能不是最新的。"));
    /* Signed out, or too many pages: the browser does not try again, and neither do we. */
    window.addEventListener("pagehide", () => source.close());
  };

  /* Beside a form the telephone comes after the page: from then on it hears of its calls at once. */
  const wanted = () => order || list || floor().length;
  if (wanted()) listen();
  else document.body.addEventListener("htmx:afterSettle", function later() {
    if (!wanted()) return;
    document.body.removeEventListener("htmx:afterSettle", later);
    listen();
  });
})();
