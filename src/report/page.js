// Tabs, opening rows, links to rows, and the names of the charts' marks.

const tabs = [...document.querySelectorAll("[role=tab]")];
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

function showTab(tab, isFocused) {
  for (const other of tabs) {
    const isShown = other === tab;
    other.setAttribute("aria-selected", isShown);
    other.tabIndex = isShown ? 0 : -1;
    panelOf(other).hidden = !isShown;
  }
  if (isFocused) tab.focus();
}

function setOpen(row, isOpen) {
  const panel = row.closest("[role=tabpanel]");
  const button = row.querySelector(".open");
  let detail = row.nextElementSibling;
  if (!detail || !detail.classList.contains("detail")) {
    if (!isOpen) return;
    detail = el("tr", {class: "detail"}, el("td", {colspan: row.cells.length}));
    try {
      detail.cells[0].append(buildDetails(panel.dataset.sheet, row.id));
    } catch (error) {
      detail.cells[0].append(el("p", {class: "reason"}, `This row cannot be shown: ${error.message}`));
      console.error(error);
    }
    detail.id = `detail-${row.id}`;
    button.setAttribute("aria-controls", detail.id);
    row.after(detail);
  }
  button.setAttribute("aria-expanded", isOpen);
  detail.hidden = !isOpen;
}

/** Shows the row that the address names: `#id`, or `#dataset.id` in another tab than the first. */
function followLink() {
  const key = decodeURIComponent(location.hash.slice(1));
  if (!key) return;
  const row = document.getElementById(key) || document.querySelector(`.row[id$=".${CSS.escape(key)}"]`);
  if (!row || !row.classList.contains("row")) return;
  const panel = row.closest("[role=tabpanel]");
  showTab(tabs.find((tab) => panelOf(tab) === panel));
  if (row.hidden) {
    panel.querySelector("input[type=search]").value = "";
    for (const chip of panel.querySelectorAll(".chip")) chip.setAttribute("aria-pressed", "false");
    filterPanel(panel);
  }
  setOpen(row, true);
  row.scrollIntoView({block: "start"});
  row.querySelector(".open").focus({preventScroll: true});
}

function setUpTabs() {
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => showTab(tab));
    tab.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      const next = step ? (place + step + tabs.length) % tabs.length : {Home: 0, End: tabs.length - 1}[event.key];
      if (next === undefined) return;
      event.preventDefault();
      showTab(tabs[next], true);
    });
  });
}

function setUpRows(panel) {
  panel.querySelector("table.rows > tbody").addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    // Marking text is no click, and a detail has things of its own to click.
    if (!row || event.target.closest("a") || String(getSelection())) return;
    const isOpen = row.querySelector(".open").getAttribute("aria-expanded") !== "true";
    setOpen(row, isOpen);
    history.replaceState(null, "", isOpen ? `#${row.id}` : location.pathname + location.search);
  });
}

function setUpMarks(chart) {
  const tip = document.getElementById("tip");
  const marks = [...chart.querySelectorAll(".mark")];
  const show = (mark) => {
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const at = mark.getBoundingClientRect();
    const left = Math.min(at.right + 8, innerWidth - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${Math.max(8, at.top - tip.offsetHeight - 6)}px`;
  };
  const hide = () => { tip.hidden = true; };
  marks.forEach((mark, place) => {
    mark.addEventListener("pointerenter", () => show(mark));
    mark.addEventListener("pointerleave", hide);
    mark.addEventListener("focus", () => show(mark));
    mark.addEventListener("blur", hide);
    mark.addEventListener("click", hide);
    mark.addEventListener("keydown", (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const next = marks[(place + step + marks.length) % marks.length];
      mark.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  });
}

setUpTabs();
for (const panel of document.querySelectorAll("[role=tabpanel]")) {
  if (panel.querySelector("table.rows")) setUpTable(panel);
  if (!panel.classList.contains("sheet")) continue;
  setUpRows(panel);
  panel.querySelectorAll(".chart").forEach(setUpMarks);
  const sprite = DATA[panel.dataset.sheet].sprite;
  if (sprite) panel.style.setProperty("--sprite", `url(data:image/png;base64,${sprite.png})`);
}
// Going to a fragment takes the focus away, so the row takes it after that.
addEventListener("load", followLink);
addEventListener("hashchange", followLink);
