/**
 * Searching and filtering the table of hits. Without it the page has everything, only no search. Texts of events come into the
 * page as text only (`textContent`, `value`).
 */
export const REPORT_SCRIPT = `
"use strict";
const NAMES = ["level", "host", "tactic", "day", "rule"];
const LEVELS = ["critical", "high", "medium", "low", "informational"];
const $ = (id) => document.getElementById(id);
const [form, words, shown, open] = ["search", "words", "shown", "open"].map($);
const rows = Array.from(document.querySelectorAll("#hits tbody tr"), (row) => ({
  row, text: row.textContent.toLowerCase(), own: Object.fromEntries(NAMES.map((name) => [name, row.dataset[name].split("\\n")])),
}));
for (const name of NAMES) {
  const counts = new Map();
  for (const { own } of rows) for (const value of own[name]) if (value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
  const order = name === "level" ? (a, b) => LEVELS.indexOf(a) - LEVELS.indexOf(b) : (a, b) => a.localeCompare(b);
  for (const value of [...counts.keys()].sort(order)) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = value + " (" + counts.get(value) + ")";
    $(name).append(option);
  }
}
function search() {
  const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const filters = NAMES.map((name) => [name, $(name).value]).filter(([, value]) => value !== "");
  let count = 0;
  for (const { row, text, own } of rows) {
    const fits = filters.every(([name, value]) => own[name].includes(value)) && wanted.every((word) => text.includes(word));
    row.hidden = !fits;
    if (fits) count++;
  }
  shown.textContent = count + " of " + rows.length + " hits shown";
  sayOpen();
}
function visibleDetails() {
  return rows.filter(({ row }) => !row.hidden).map(({ row }) => row.querySelector("details"));
}
function sayOpen() {
  open.textContent = visibleDetails().some((each) => !each.open) ? "Open all" : "Close all";
}
let waiting;
form.addEventListener("submit", (event) => event.preventDefault());
words.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
form.addEventListener("change", search);
form.addEventListener("reset", () => setTimeout(search, 0));
open.addEventListener("click", () => {
  const all = visibleDetails();
  const isOpening = all.some((each) => !each.open);
  for (const each of all) each.open = isOpening;
  sayOpen();
});
for (const pick of document.querySelectorAll(".pick")) {
  const value = pick.textContent;
  const list = $(pick.dataset.filter);
  if (!Array.from(list.options).some((option) => option.value === value)) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pick";
  button.title = "show these hits";
  button.textContent = value;
  button.addEventListener("click", () => {
    form.reset();
    list.value = value;
    search();
    $("timeline").scrollIntoView();
    $("timeline").focus({ preventScroll: true });
  });
  pick.replaceWith(button);
}
for (const section of document.querySelectorAll(".short")) {
  const count = section.querySelectorAll(".later").length;
  if (count === 0) continue;
  section.classList.add("cut");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = count + " more";
  button.addEventListener("click", () => {
    section.classList.remove("cut");
    section.querySelector(".later button, .later th").focus();
    button.remove();
  });
  section.append(button);
}
form.hidden = false;
search();
`;
