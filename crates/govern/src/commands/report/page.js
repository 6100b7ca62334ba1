"use strict";
// Tables can be read without this; with it they sort by column and filter by text.
for (const region of document.querySelectorAll(".table")) {
  const body = region.querySelector("tbody");
  const heads = [...region.querySelectorAll("th")];
  if (body.rows.length < 2) continue;
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `Sort by ${head.textContent}`);
    head.append(" ", button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const text = (row) => row.cells[column].textContent;
      const order = (one, other) => head.className === "number" ? text(one) - text(other) : text(one).localeCompare(text(other), "en", { numeric: true });
      const rows = [...body.rows].sort((one, other) => (down ? order(other, one) : order(one, other)));
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...rows);
    });
  });
  if (body.rows.length < 8) continue;
  const label = document.createElement("label");
  const input = document.createElement("input");
  const count = document.createElement("output");
  label.className = "filter";
  input.type = "search";
  label.append("Filter", input, count);
  region.before(label);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    let shown = 0;
    for (const row of body.rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = wanted ? `${shown} of ${body.rows.length}` : "";
  });
}
