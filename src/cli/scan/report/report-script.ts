/** Searching the table of hits. Without it the page has everything, only no search. */
export const REPORT_SCRIPT = `
"use strict";
const form = document.getElementById("search");
const words = document.getElementById("words");
const level = document.getElementById("level");
const shown = document.getElementById("shown");
const rows = Array.from(document.querySelectorAll("#hits tbody tr"), (row) => ({
  row, level: row.dataset.level, text: row.textContent.toLowerCase(),
}));
function search() {
  const wanted = words.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const { row, level: own, text } of rows) {
    const fits = (level.value === "" || level.value === own) && wanted.every((word) => text.includes(word));
    row.hidden = !fits;
    if (fits) count++;
  }
  shown.textContent = count + " of " + rows.length + " hits shown";
}
let waiting;
form.addEventListener("submit", (event) => event.preventDefault());
words.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });
level.addEventListener("change", search);
form.hidden = false;
search();
`;
