// The receipt: forget the draft, offer copying and printing. The page works without it.
"use strict";
try { localStorage.removeItem("huiyin-draft"); } catch { /* storage may be closed */ }

const said = document.getElementById("copied");
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent.replace(/\s/g, "");
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = `已复制 ${text}`;
    } catch {
      said.textContent = "没有复制成功，请长按号码复制。";
    }
  });
}
const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
