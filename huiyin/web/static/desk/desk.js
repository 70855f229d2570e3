/* Conveniences of the staff pages. Every page works without them.
   Parts: keyboard, drafts that survive a reload or a lost signal, one press makes one case,
   search fields for units and categories, small switches. No inline code anywhere (CSP). */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* full or forbidden */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* forbidden */ } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
  };
  const say = (words) => { const live = $("#live"); if (live) live.textContent = words; };

  /* ---- keyboard ---- */
  const KEYS_OFF = "huiyin.keys.off";
  const typing = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const rows = () => all("[data-row]").filter((row) => row.offsetParent !== null);
  const move = (by) => {
    const list = rows();
    if (!list.length) return;
    const now = list.findIndex((row) => row.classList.contains("is-chosen"));
    const next = list[Math.max(0, Math.min(list.length - 1, now < 0 ? 0 : now + by))];
    list.forEach((row) => row.classList.toggle("is-chosen", row === next));
    const link = $("a[data-open-row]", next);
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const showKeys = () => { const keys = $("#keys"); if (keys && !keys.open) keys.showModal(); };
  const single = {
    "/": () => { const field = $('[data-key="/"]'); if (field) { field.focus(); field.select(); return true; } return false; },
    n: () => { const link = $('[data-key="n"]'); if (link) { link.click(); return true; } return false; },
    j: () => { move(1); return true; },
    k: () => { move(-1); return true; },
    "?": () => { showKeys(); return true; },
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form[method=post]") || $("form[data-main]");
      if (form) { event.preventDefault(); form.requestSubmit($("[data-default]", form) || undefined); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $("dialog[open]")) return;
    if (store.get(KEYS_OFF)) return;
    const act = single[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act && act()) event.preventDefault();
  });

  /* ---- telephone ---- */
  /* The panel asks for itself anew, and keeps a number half typed (hx-preserve). An open list cannot be
     kept, and a button that is just being pressed must not be another when it is let go: both are waited for. */
  const renews = (part) => part.matches("[data-floor]");
  const inUse = (part) => {
    const held = document.activeElement;
    return (held && part.contains(held) && held.matches("select")) || part.querySelector("button:active, a:active");
  };
  document.addEventListener("htmx:beforeRequest", (event) => { if (renews(event.target) && inUse(event.target)) event.preventDefault(); });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (renews(detail.requestConfig.elt) && inUse(detail.target)) detail.shouldSwap = false;
  });
  /* Answers overtake each other: a panel that several were asked for at once asks anew when the last has come. */
  let asked = 0, several = false;
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.target.id !== "phone") return;
    several = asked++ > 0 || several;
    detail.xhr.addEventListener("loadend", () => {
      const panel = $("#phone > [data-floor]");
      if (--asked || !several) return;
      several = false;
      if (panel) htmx.trigger(panel, "floor");
    });
  });
  /* A telephone in the browser has a window of its own; from the others it is asked to answer. */
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-softphone-answer]") || document.getElementById("softphone") || !window.BroadcastChannel) return;
    const shared = new BroadcastChannel("huiyin-phone");
    shared.postMessage("answer");
    shared.close();
  });

  /* ---- drafts ---- */
  const DRAFT = "huiyin.draft.";
  const DAY = 24 * 3600 * 1000;
  const draftKey = (form) => `${DRAFT}${document.body.dataset.staff}.${form.dataset.draft}`;
  const kept = (field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type) && !("noDraft" in field.dataset);
  const keepDraft = (form) => {
    if (leaving) return;
    const values = {};
    for (const field of form.elements) {
      if (!kept(field) && !("draft" in field.dataset && field.name)) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        (values[field.name] ||= []).push([field.value, field.checked]);
      } else values[field.name] = field.value;
    }
    store.set(draftKey(form), JSON.stringify({ at: Date.now(), values }));
  };
  const readDraft = (form) => {
    try {
      const draft = JSON.parse(store.get(draftKey(form)) || "null");
      return draft && Date.now() - draft.at < DAY ? draft.values : null;
    } catch { return null; }
  };
  const fillDraft = (form, values) => {
    let filled = false;
    for (const field of form.elements) {
      const value = values[field.name];
      if (value === undefined) continue;
      if (Array.isArray(value)) {
        const found = value.find(([name]) => name === field.value);
        if (found && field.checked !== found[1]) { field.checked = found[1]; filled = true; }
      } else if (field.value !== value && (field.type !== "hidden" || "draft" in field.dataset)) { field.value = value; filled = true; }
      if (filled) field.dispatchEvent(new CustomEvent("huiyin:filled", { bubbles: true }));
    }
    return filled;
  };
  const startDraft = (form) => {
    if (form.dataset.draftStarted) return;
    form.dataset.draftStarted = "1";
    const values = "bound" in form.dataset ? null : readDraft(form);
    if (values && fillDraft(form, values)) {
      const note = $("[data-draft-note]", form);
      if (note) note.hidden = false;
    }
    let timer = 0;
    const now = () => { if (timer) keepDraft(form); timer = 0; };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(now, 250); });
    window.addEventListener("pagehide", now);
    form.addEventListener("change", () => keepDraft(form));
    form.addEventListener("huiyin:chosen", () => keepDraft(form));
    form.addEventListener("click", (event) => {
      if (!event.target.closest("[data-draft-drop]")) return;
      clearTimeout(timer);
      timer = 0;
      store.drop(draftKey(form));
      location.reload();
    });
  };
  const dropDone = () => all("[data-draft-done]").forEach((mark) => store.drop(`${DRAFT}${document.body.dataset.staff}.${mark.dataset.draftDone}`));
  const dropOld = () => store.keys().filter((key) => key.startsWith(DRAFT)).forEach((key) => {
    try { if (Date.now() - JSON.parse(store.get(key)).at > DAY) store.drop(key); } catch { store.drop(key); }
  });

  /* ---- signing out ---- */
  /* A part still on its way would be answered "sign in, then back here" and lead elsewhere. */
  let leaving = false;
  for (const name of ["htmx:beforeRequest", "htmx:beforeOnLoad"]) document.addEventListener(name, (event) => { if (leaving) event.preventDefault(); });
  window.addEventListener("pageshow", () => { leaving = false; });

  /* ---- one press makes one case ---- */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-forget-drafts]")) leaving = true;
    if (leaving) store.keys().filter((key) => key.startsWith(DRAFT) || key.startsWith("huiyin.remember.")).forEach(store.drop);
    all("[data-combo]", form).forEach((field) => field.combo.settle());
    if (form.method !== "post") return;
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < 15000) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.sent = String(Date.now());
    form.classList.add("busy");
  }, true);
  const ready = (form) => { delete form.dataset.sent; form.classList.remove("busy"); };
  document.addEventListener("htmx:afterRequest", (event) => { const form = event.target.closest && event.target.closest("form"); if (form) ready(form); });
  window.addEventListener("pageshow", () => all("form").forEach(ready));
  document.addEventListener("htmx:sendError", () => say("网络中断，内容已保存在本机，请稍后重试"));

  /* ---- search fields ---- */
  let serial = 0;
  class Combo {
    /* An editable combobox (WAI-ARIA 1.2) in front of a field that keeps the value. */
    constructor(field, source, { many = false, label = "" } = {}) {
      field.combo = this;
      this.field = field; this.source = source; this.many = many; this.found = []; this.at = -1; this.ask = 0;
      const id = `combo-${++serial}`;
      this.box = document.createElement("div");
      this.box.className = "combo";
      this.input = document.createElement("input");
      Object.assign(this.input, { type: "text", className: "form-control", id, autocomplete: "off", placeholder: field.dataset.placeholder || "输入名称、简称或拼音首字母" });
      this.input.setAttribute("role", "combobox");
      this.input.setAttribute("aria-expanded", "false");
      this.input.setAttribute("aria-autocomplete", "list");
      this.input.setAttribute("aria-controls", `${id}-list`);
      if (label && !field.id) this.input.setAttribute("aria-label", label);
      for (const name of ["aria-describedby", "aria-invalid"]) if (field.hasAttribute(name)) this.input.setAttribute(name, field.getAttribute(name));
      if (field.classList.contains("is-invalid")) this.input.classList.add("is-invalid");
      this.list = document.createElement("ul");
      this.list.id = `${id}-list`; this.list.className = "combo-list"; this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "可选项");
      this.chips = document.createElement("div");
      this.chips.className = "combo-chips";
      this.box.append(this.chips, this.input, this.list);
      field.after(this.box);
      const caption = field.id && $(`label[for="${field.id}"]`);
      if (caption) caption.htmlFor = id;
      this.chosen = new Map();
      this.read();
      this.input.addEventListener("input", () => this.search());
      this.input.addEventListener("focus", () => { if (source.opens) this.search(true); });
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => setTimeout(() => this.leave(), 150));
      field.addEventListener("huiyin:filled", () => this.read());
    }
    read() {
      this.chosen.clear();
      const labels = (this.field.dataset.labels || "").split("|");
      const given = this.source.given ? this.source.given(this.field) : this.field.value.split(/[,，、;\s]+/).filter(Boolean).map((value, at) => [value, labels[at] || store.get(`huiyin.name.${value}`) || value]);
      given.forEach(([value, name]) => this.chosen.set(value, name));
      this.draw();
    }
    draw() {
      if (!this.many) {
        this.input.value = [...this.chosen.values()][0] || "";
        return;
      }
      this.input.value = "";
      this.chips.replaceChildren(...[...this.chosen].map(([value, name]) => {
        const chip = document.createElement("button");
        chip.type = "button"; chip.className = "chip"; chip.textContent = `${name} ✕`;
        chip.setAttribute("aria-label", `去掉${name}`);
        chip.addEventListener("click", () => { this.chosen.delete(value); this.write(); this.input.focus(); });
        return chip;
      }));
    }
    write() {
      const value = [...this.chosen.keys()].join(",");
      this.field.value = value;
      this.field.dataset.labels = [...this.chosen.values()].join("|");
      this.draw();
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
      this.field.dispatchEvent(new CustomEvent("huiyin:chosen", { bubbles: true }));
    }
    async search(whole = false) {
      const words = whole ? "" : this.input.value.trim();
      const turn = ++this.ask;
      const found = await this.source.find(words, this.field);
      if (turn !== this.ask) return;
      this.found = found; this.foundFor = words; this.at = words && found.length ? 0 : -1;
      this.list.replaceChildren(...found.map((row, at) => {
        const item = document.createElement("li");
        item.id = `${this.list.id}-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const name = document.createElement("span"); name.textContent = row.name;
        item.append(name);
        if (row.more) { const more = document.createElement("small"); more.textContent = row.more; item.append(more); }
        item.addEventListener("mousedown", (event) => { event.preventDefault(); this.choose(at); });
        return item;
      }));
      if (words && !found.length) {
        const none = document.createElement("li");
        none.className = "combo-none"; none.textContent = "没有找到"; none.setAttribute("role", "option"); none.setAttribute("aria-disabled", "true");
        this.list.append(none);
      }
      this.show(this.list.childElementCount > 0);
      this.mark();
    }
    show(open) { this.list.hidden = !open; this.input.setAttribute("aria-expanded", String(open)); }
    mark() {
      [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === this.at)));
      const item = this.list.children[this.at];
      if (item) { this.input.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); } else this.input.removeAttribute("aria-activedescendant");
    }
    choose(at) {
      const row = this.found[at];
      if (!row) return;
      if (!this.many) this.chosen.clear();
      this.chosen.set(row.value, row.name);
      store.set(`huiyin.name.${row.value}`, row.name);
      this.show(false);
      this.write();
    }
    key(event) {
      if (event.isComposing) return;
      const open = !this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) { this.search(!this.input.value); return; }
        const step = event.key === "ArrowDown" ? 1 : -1;
        this.at = (this.at + step + this.found.length) % Math.max(1, this.found.length);
        this.mark();
      } else if (event.key === "Enter" && open && this.at >= 0 && !event.ctrlKey && !event.metaKey) {
        event.preventDefault(); this.choose(this.at);
      } else if (event.key === "Escape" && open) {
        event.stopPropagation(); this.show(false);
      } else if (event.key === "Backspace" && this.many && !this.input.value && this.chosen.size) {
        this.chosen.delete([...this.chosen.keys()].pop()); this.write(); this.input.focus();
      }
    }
    leave() {
      if (document.activeElement === this.input) return;
      this.show(false);
      this.settle();
    }
    /* What stands in the input becomes the value, also when the form is sent before the list came. */
    settle() {
      const typed = this.input.value.trim();
      if (!typed) {
        if (!this.many && this.chosen.size) { this.chosen.clear(); this.write(); }
        return;
      }
      if (!this.many && typed === [...this.chosen.values()][0]) return;
      if (this.foundFor === typed && this.found.length === 1) this.choose(0);
      else this.source.typed(this, typed);
    }
  }
  const units = {
    async find(words, field) {
      const url = `${field.dataset.units}?${new URLSearchParams({ q: words, as: "json" })}`;
      try { const answer = await fetch(url, { headers: { Accept: "application/json" } }); return answer.ok ? (await answer.json()).units : []; } catch { return []; }
    },
    /* What matches no unit goes to the server as typed, which then says so. */
    typed(combo, words) { if (!combo.many) combo.chosen.clear(); combo.chosen.set(words, words); combo.write(); },
  };
  const options = {
    opens: true,
    given(select) { const chosen = select.selectedOptions[0]; return chosen && chosen.value ? [[chosen.value, chosen.dataset.name || chosen.textContent.trim()]] : []; },
    async find(words, select) {
      const parts = words.toLowerCase().split(/\s+/).filter(Boolean);
      return [...select.options].filter((option) => option.value && parts.every((part) => `${option.textContent} ${option.dataset.name || ""} ${option.dataset.words || ""} ${option.value}`.toLowerCase().includes(part)))
        .slice(0, 60).map((option) => ({ value: option.value, name: option.dataset.name || option.textContent.trim(), more: option.dataset.more || "" }));
    },
    typed(combo) { combo.draw(); },
  };
  const startCombo = (field) => {
    if (field.dataset.combo) return;
    field.dataset.combo = "1";
    const label = ($(`label[for="${field.id}"]`) || {}).textContent || "";
    if (field.tagName === "SELECT") { new Combo(field, options, { label: label.trim() }); field.classList.add("visually-hidden"); field.tabIndex = -1; field.setAttribute("aria-hidden", "true"); } else {
      new Combo(field, units, { many: "many" in field.dataset, label: label.trim() });
      field.type = "hidden"; field.dataset.draft = "";
    }
  };

  /* ---- small switches ---- */
  const showParts = (root) => all("[data-shows]", root).forEach((control) => {
    const apply = () => {
      const chosen = ($("input:checked", control) || $("select", control) || {}).value || "";
      all(`[data-shown-by="${control.dataset.shows}"]`).forEach((part) => { part.hidden = !part.dataset.shownFor.split(" ").includes(chosen); });
    };
    control.addEventListener("change", apply);
    control.addEventListener("huiyin:filled", () => setTimeout(apply));
    apply();
  });
  /* Photos of phones are large and signals weak: they are made smaller before they are sent. */
  const LONGEST_SIDE = 1920;
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 500000 || !window.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale); canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.82); });
      return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    } catch { return file; }
  };
  const previewPhotos = (input) => {
    const into = $(input.dataset.preview);
    if (!into) return;
    input.addEventListener("change", async () => {
      if ("shrink" in input.dataset && window.DataTransfer) {
        const bag = new DataTransfer();
        for (const file of input.files) bag.items.add(await smaller(file));
        input.files = bag.files;
      }
      into.replaceChildren(...[...input.files].map((file) => {
        if (!file.type.startsWith("image/")) { const name = document.createElement("span"); name.className = "tag"; name.textContent = file.name; return name; }
        const picture = document.createElement("img");
        picture.src = URL.createObjectURL(file); picture.alt = file.name; picture.width = 72; picture.height = 72;
        picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
        return picture;
      }));
    });
  };
  const put = (selector, value, labels) => {
    const field = $(selector);
    if (!field) return;
    if (field.type === "radio" || field.type === "checkbox") field.checked = true;
    else { field.value = value; field.dataset.labels = labels || ""; }
    field.dispatchEvent(new CustomEvent("huiyin:filled", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { const dialog = $(opener.dataset.open); if (dialog) dialog.showModal(); }
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      put(fill.dataset.into, fill.dataset.fill, fill.dataset.name);
      const choice = fill.dataset.choose && $(fill.dataset.choose);
      if (choice) { choice.checked = true; choice.dispatchEvent(new Event("change", { bubbles: true })); }
      if (fill.dataset.also) put(fill.dataset.also, fill.dataset.alsoFill, fill.dataset.alsoName);
    }
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a, button, input, label, select, summary") && !getSelection().toString()) { const link = $("a[data-open-row]", row); if (link) link.click(); }
    all(".desk-me[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* What is the same every time - the unit's own telephone, who signs off - is typed once. */
  const REMEMBER = "huiyin.remember.";
  const remember = (field) => {
    const key = `${REMEMBER}${document.body.dataset.staff}.${field.dataset.remember}`;
    if (!field.value && !field.classList.contains("is-invalid")) field.value = store.get(key) || "";
    field.addEventListener("change", () => store.set(key, field.value));
  };
  const titles = (form) => {
    const title = $("#id_title", form), content = $("#id_content", form);
    if (!title || !content) return;
    const show = () => { const line = content.value.trim().replace(/\s+/g, " "); title.placeholder = line.length > 30 ? `${line.slice(0, 29)}…` : line; };
    content.addEventListener("input", show);
    show();
  };

  const start = (root) => {
    all("[data-remember]", root).forEach(remember);
    all("form[data-main]", root).forEach(titles);
    all("[data-submits]", root).forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));
    all("form[data-draft]", root).forEach(startDraft);
    if (root.matches?.("form[data-draft]")) startDraft(root);
    all("select[data-search], input[data-units]", root).forEach(startCombo);
    all("input[type=file][data-preview]", root).forEach(previewPhotos);
    showParts(root);
    const focus = $("[data-focus]", root);
    if (focus && (root !== document || !location.hash)) focus.focus();
  };
  document.addEventListener("DOMContentLoaded", () => {
    dropOld(); dropDone(); start(document);
    // On a telephone the menus scroll: the entry of this page is brought into sight.
    all(".desk-nav > [aria-current], .tabs > [aria-current]").forEach((entry) => { const menu = entry.parentElement; menu.scrollLeft = entry.offsetLeft - menu.offsetLeft - 48; });
    document.documentElement.classList.add("has-js");
    const box = $("[data-keys-switch]");
    if (box) { box.checked = !store.get(KEYS_OFF); box.addEventListener("change", () => (box.checked ? store.drop(KEYS_OFF) : store.set(KEYS_OFF, "1"))); }
  });
  document.addEventListener("htmx:load", (event) => {
    const part = event.detail.elt;
    if (part === document.body) return;
    start(part);
    if (part.id === "step") { part.scrollIntoView({ block: "nearest" }); const first = $("textarea, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select", part); if (first && matchMedia("(min-width: 768px)").matches) first.focus({ preventScroll: true }); }
  });
})();
