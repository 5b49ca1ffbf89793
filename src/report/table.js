"use strict";
// The table of a panel: sorting by a column, and filtering by text and family.

/** What a cell is sorted by: its number, or its text. Undefined comes last either way. */
function sortValue(row, column) {
  const cell = row.cells[column];
  const panel = row.closest("[role=tabpanel]");
  if (panel.classList.contains("is-without") && cell.dataset.without) return Number(cell.dataset.without);
  if (cell.dataset.sort !== undefined) return Number(cell.dataset.sort);
  return cell.classList.contains("number") ? undefined : cell.textContent.trim().toLowerCase();
}

function compare(a, b, direction) {
  if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
  return direction * (typeof a === "string" ? a.localeCompare(b, "en", {numeric: true}) : a - b);
}

function sortTable(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].filter((row) => row.classList.contains("row"));
  const keyed = rows.map((row) => [sortValue(row, column), row]);
  keyed.sort((a, b) => compare(a[0], b[0], direction));
  for (const [, row] of keyed) {
    const detail = row.nextElementSibling;
    const isOpened = detail && detail.classList.contains("detail");
    body.append(row);
    if (isOpened) body.append(detail);
  }
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    if (place === column) head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    else head.removeAttribute("aria-sort");
  });
}

/** The column a table is sorted by and its direction. */
function currentSort(table) {
  const heads = [...table.tHead.rows[0].cells];
  const column = heads.findIndex((head) => head.hasAttribute("aria-sort"));
  return [column, heads[column].getAttribute("aria-sort") === "ascending" ? 1 : -1];
}

/** Shows the rows that hold every word and are of a picked family; all families if none is. */
function filterPanel(panel) {
  const words = panel.querySelector("input[type=search]").value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  const picked = [...panel.querySelectorAll(".chip[aria-pressed=true]")].map((chip) => chip.dataset.family);
  const isPicked = (family) => picked.length === 0 || picked.includes(family);
  let shown = 0, all = 0;
  const ids = new Set();
  for (const row of panel.querySelectorAll(".row")) {
    const text = row.textContent.toLowerCase() + " " + row.id;
    const isShown = isPicked(row.dataset.family) && words.every((word) => text.includes(word));
    row.hidden = !isShown;
    const detail = row.nextElementSibling;
    if (detail && detail.classList.contains("detail")) {
      detail.hidden = !isShown || row.querySelector(".open").getAttribute("aria-expanded") !== "true";
    }
    if (isShown) { shown += 1; ids.add(row.id); }
    all += 1;
  }
  for (const mark of panel.querySelectorAll(".mark")) {
    mark.classList.toggle("is-away", !ids.has(mark.getAttribute("href").slice(1)));
  }
  for (const line of panel.querySelectorAll(".ranges g[data-family]")) {
    line.classList.toggle("is-away", !isPicked(line.dataset.family));
  }
  panel.querySelector(".shown").textContent = shown === all ? `${all} rows` : `${shown} of ${all} rows`;
}

/** Shows accuracies with or without the suspected label errors. */
function leaveOut(panel, isWithout) {
  panel.classList.toggle("is-without", isWithout);
  for (const cell of panel.querySelectorAll("[data-without]")) {
    const number = cell.querySelector("b");
    cell.dataset.all ??= number.textContent;
    number.textContent = isWithout ? cell.dataset.withoutText : cell.dataset.all;
    cell.querySelector("small").hidden = isWithout;
  }
  const table = panel.querySelector("table.rows");
  sortTable(table, ...currentSort(table));
}

function setUpTable(panel) {
  const table = panel.querySelector("table.rows");
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", (event) => {
    const first = Number(event.currentTarget.dataset.first || 1);
    const sorted = head.getAttribute("aria-sort");
    sortTable(table, column, sorted ? (sorted === "ascending" ? -1 : 1) : first);
  }));
  panel.querySelector("input[type=search]").addEventListener("input", () => filterPanel(panel));
  for (const chip of panel.querySelectorAll(".chip")) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
      filterPanel(panel);
    });
  }
  panel.querySelector(".order select")?.addEventListener("change", (event) => {
    sortTable(table, ...event.target.value.split(":").map(Number));
  });
  panel.querySelector(".without")?.addEventListener("change", (event) => leaveOut(panel, event.target.checked));
  filterPanel(panel);
}
