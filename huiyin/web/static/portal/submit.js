// The form: draft, counter, file previews, position. Everything here is help; the form works without it.
"use strict";
const form = document.getElementById("submit-form");
const byId = (id) => document.getElementById(id);
document.documentElement.classList.add("js");

/* Draft: kept on this device for a day, with the key of the form, so that a repeat after a lost
   signal is known as the same submission. */
const DRAFT = "huiyin-draft";
const DAY = 24 * 3600 * 1000;
const KEPT = ["content", "place", "region", "name", "phone", "kind", "key"];
const TICKED = ["wants_reply", "confidential"];

function stored() {
  try {
    const draft = JSON.parse(localStorage.getItem(DRAFT));
    return draft && Date.now() - draft.at < DAY ? draft : null;
  } catch { return null; }
}
function save() {
  const draft = { at: Date.now() };
  for (const name of KEPT) draft[name] = form.elements[name]?.value ?? "";
  for (const name of TICKED) draft[name] = form.elements[name].checked;
  try {
    if (draft.content || draft.place || draft.name || draft.phone) localStorage.setItem(DRAFT, JSON.stringify(draft));
    else localStorage.removeItem(DRAFT);
  } catch { /* storage may be full or closed */ }
}
function restore(draft) {
  for (const name of KEPT) if (form.elements[name] && draft[name]) form.elements[name].value = draft[name];
  for (const name of TICKED) form.elements[name].checked = draft[name];
  byId("draft-note").hidden = false;
}
const draft = stored();
if (draft && "fresh" in form.dataset) restore(draft);
byId("draft-clear").addEventListener("click", () => {
  try { localStorage.removeItem(DRAFT); } catch { /* nothing to forget */ }
  location.reload();
});
form.addEventListener("input", save);

/* Counter: spoken only near the end. */
const content = byId("content");
const counter = byId("content-count");
function count() {
  const most = Number(counter.dataset.most);
  counter.hidden = content.value.length === 0;
  counter.textContent = `${content.value.length} / ${most} 字`;
  counter.setAttribute("aria-live", content.value.length > most - 100 ? "polite" : "off");
}
content.addEventListener("input", count);
count();

/* Answers that may save the way: asked for while somebody writes, never in the way. */
const answers = byId("answers");
let asking = 0;
let wait;
async function suggest() {
  const turn = ++asking;
  if (content.value.trim().length < 6) { answers.hidden = true; return; }
  const body = new FormData();
  body.append("content", content.value);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const told = await fetch(answers.dataset.ask, { method: "POST", body });
    const page = told.status === 200 ? await told.text() : "";
    if (turn !== asking) return;
    answers.innerHTML = page; // our own page, escaped by the server
    answers.hidden = !page.trim();
  } catch { /* no network: the form works without it */ }
}
content.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(suggest, 900); });
answers.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-opinion]");
  if (!button) return;
  const body = new FormData();
  body.append("kind", "right");
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try { await fetch(button.dataset.opinion, { method: "POST", body }); } catch { /* said all the same */ }
  answers.textContent = "很高兴帮到您，可以不用提交了。还想反映，请继续写。";
});

/* A report is always confidential. */
const confidential = byId("confidential");
function protect() {
  const report = form.elements.kind.value === "report";
  if (report) confidential.checked = true;
  byId("confidential-words").textContent = report ? "举报已自动保密" : "举报会自动保密";
}
form.addEventListener("change", protect);
confidential.addEventListener("click", (event) => {
  if (form.elements.kind.value === "report") event.preventDefault();
});
protect();

/* Files: photographs of the camera and chosen ones add up in one field. */
const LARGEST = 20 * 1024 * 1024;
const LARGEST_TOGETHER = 98 * 1024 * 1024; // the server takes 100 MB with everything around
const MOST = 9;
const chosen = byId("chosen");
const camera = byId("camera");
const words = byId("files-words");
let files = [];
function add(list) {
  const refused = [];
  for (const file of list) {
    if (files.some((f) => f.name === file.name && f.size === file.size && f.lastModified === file.lastModified)) continue;
    if (file.size > LARGEST) refused.push(`“${file.name}”超过 20 MB`);
    else if (files.length >= MOST) refused.push(`最多 ${MOST} 个文件`);
    else if (files.reduce((sum, f) => sum + f.size, file.size) > LARGEST_TOGETHER) refused.push(`“${file.name}”加上后超过 100 MB`);
    else files.push(file);
  }
  words.textContent = [...new Set(refused)].join("；");
  words.hidden = refused.length === 0;
  show();
}
function show() {
  const carrier = new DataTransfer();
  for (const file of files) carrier.items.add(file);
  chosen.files = carrier.files;
  camera.value = "";
  byId("previews").replaceChildren(...files.map(preview));
}
function preview(file) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const image = document.createElement("img");
    image.alt = file.name;
    image.src = URL.createObjectURL(file);
    image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    item.append(image);
  } else {
    const name = document.createElement("span");
    name.className = "file";
    name.textContent = file.name;
    item.append(name);
  }
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `去掉 ${file.name}`);
  remove.addEventListener("click", () => { files = files.filter((f) => f !== file); show(); });
  item.append(remove);
  return item;
}
for (const input of [camera, chosen]) input.addEventListener("change", () => add([...input.files]));

/* Position: only when asked for. */
const locate = byId("locate");
const said = byId("locate-words");
function position(longitude, latitude, text) {
  byId("longitude").value = longitude;
  byId("latitude").value = latitude;
  said.textContent = text;
  byId("locate-remove").hidden = longitude === "";
}
if ("geolocation" in navigator && window.isSecureContext) {
  locate.hidden = false;
  byId("locate-button").addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => position(coords.longitude.toFixed(6), coords.latitude.toFixed(6),
        `已附上位置，误差约 ${Math.max(1, Math.round(coords.accuracy))} 米`),
      () => position("", "", "没有取到位置，请写地点。"),
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
  byId("locate-remove").addEventListener("click", () => position("", "", "没有附位置"));
}

/* Sending: once per click, and not without a network. */
const send = byId("send");
form.addEventListener("submit", (event) => {
  byId("offline").hidden = navigator.onLine;
  if (!navigator.onLine || send.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  save();
  send.setAttribute("aria-disabled", "true");
  send.lastElementChild.textContent = "正在提交…";
});
window.addEventListener("pageshow", () => {
  send.removeAttribute("aria-disabled");
  send.lastElementChild.textContent = "提交";
});
window.addEventListener("online", () => { byId("offline").hidden = true; });
byId("summary")?.focus();
