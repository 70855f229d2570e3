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
  if (!bar || !(order || list || floor().length)) return;

  const tell = (words) => {
    bar.querySelector("[data-news-words]").textContent = words;
    bar.hidden = false;
  };
  const moved = (number) => document.querySelector(`[data-row][data-number="${number}"]`);
  /* What the page itself shows counts as heard: a change before the first event is news, too. */
  const shown = [...document.querySelectorAll("[data-count]")];
  let counted = "";

  const source = new EventSource(`${address}/events`, { withCredentials: true });
  source.addEventListener("order", (event) => {
    const news = JSON.parse(event.data);
    if (order) {
      if (news.number === order.dataset.order && news.events > Number(order.dataset.events)) tell("这件工单有新进展。");
    } else if (moved(news.number)) tell(list.dataset.news);
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
  source.addEventListener("floor", () => { for (const part of floor()) htmx.trigger(part, "floor"); });
  source.addEventListener("reset", () => tell("页面可能不是最新的。"));
  /* Signed out, or too many pages: the browser does not try again, and neither do we. */
  window.addEventListener("pagehide", () => source.close());
})();
