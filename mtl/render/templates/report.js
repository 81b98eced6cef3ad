"use strict";

(() => {
  const body = document.body;

  // Which numbers the tables show: ours, the printed ones, or both.
  for (const radio of document.querySelectorAll("#view input")) {
    radio.addEventListener("change", () => {
      body.dataset.view = radio.value;
      document.querySelectorAll("table.results").forEach(resort);
    });
  }
  body.dataset.view = document.querySelector("#view input:checked").value;

  // Sorting: the heading's first click puts the best on top, the second turns the order round, the
  // third restores the paper's. Missing numbers stay at the bottom.
  const collator = new Intl.Collator("en", { numeric: true });
  function sortKey(cell, kind) {
    if (kind === "text") return cell.textContent.trim();
    const wanted = body.dataset.view === "printed" ? cell.dataset.printed : cell.dataset.value;
    return wanted === undefined ? null : Number(wanted);
  }
  function sortRows(table, position, kind, direction) {
    const rows = [...table.tBodies[0].rows];
    if (!direction) {
      rows.sort((a, b) => a.dataset.order - b.dataset.order);
    } else {
      const sign = direction === "ascending" ? 1 : -1;
      rows.sort((a, b) => {
        const [x, y] = [a, b].map((row) => sortKey(row.cells[position], kind));
        if (x === null || y === null) return (x === null) - (y === null) || a.dataset.order - b.dataset.order;
        const difference = kind === "text" ? collator.compare(x, y) : x - y;
        return sign * difference || a.dataset.order - b.dataset.order;
      });
    }
    table.tBodies[0].append(...rows);
    table.toggleAttribute("data-sorted", Boolean(direction));
  }
  function resort(table) {
    const heading = table.querySelector("th[aria-sort]");
    if (heading) sortRows(table, heading.cellIndex, heading.dataset.sort, heading.getAttribute("aria-sort"));
  }
  for (const table of document.querySelectorAll("table.results")) {
    [...table.tBodies[0].rows].forEach((row, order) => { row.dataset.order = order; });
    for (const heading of table.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...heading.childNodes);
      heading.append(button);
      const first = heading.dataset.first || "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      button.addEventListener("click", () => {
        const now = heading.getAttribute("aria-sort");
        const next = now === null ? first : now === first ? second : null;
        table.querySelectorAll("th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        if (next) heading.setAttribute("aria-sort", next);
        sortRows(table, heading.cellIndex, heading.dataset.sort, next);
      });
    }
  }

  // The panel: a cell's numbers and runs, then where each of their units comes from.
  const panel = document.getElementById("panel");
  const content = document.getElementById("panel-body");
  let opener = null;
  function closePanel() {
    panel.hidden = true;
    body.classList.remove("with-panel");
    if (opener) {
      opener.closest("td").classList.remove("open");
      opener.focus({ preventScroll: true });
      opener = null;
    }
  }
  function openPanel(summary) {
    if (opener) opener.closest("td").classList.remove("open");
    opener = summary;
    opener.closest("td").classList.add("open");
    const detail = summary.parentElement.querySelector(".detail").cloneNode(true);
    content.replaceChildren(detail);
    const marks = new Set([...detail.querySelectorAll("[data-unit]")].map((row) => row.dataset.unit));
    for (const mark of marks) {
      const facts = document.querySelector(`#unit-${mark} > .unit-facts`);
      if (!facts) continue;
      const heading = document.createElement("p");
      heading.className = "detail-title";
      const link = document.createElement("a");
      link.href = `#unit-${mark}`;
      link.textContent = mark;
      heading.append("Unit ", link);
      content.append(heading, facts.cloneNode(true));
    }
    panel.hidden = false;
    body.classList.add("with-panel");
    panel.scrollTop = 0;
    panel.focus({ preventScroll: true });
  }
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("td details > summary");
    if (!summary) return;
    event.preventDefault();
    if (summary === opener) closePanel(); else openPanel(summary);
  });
  document.getElementById("close").addEventListener("click", closePanel);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) closePanel();
  });

  // A link to a run opens the unit that it stands in.
  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) {
      if (node.matches("details")) node.open = true;
    }
    target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  // Paper shows what the screen hides behind clicks.
  addEventListener("beforeprint", () => {
    document.querySelectorAll(".deviations").forEach((details) => { details.open = true; });
  });
})();
