// What a page does beyond being read: tables sort, paper shows what is folded. Nothing is fetched.
(() => {
  const number = (text) => {
    const found = text.replace(/[\u2060\u00a0]/g, "").replace(/(\d),(?=\d{3})/g, "$1")
      .match(/-?\d+(\.\d+)?(e[-+]?\d+)?/i);
    return found ? parseFloat(found[0]) : null;
  };
  const key = (row, place, words) => {
    const text = row.cells[place].textContent.trim();
    if (text === "" || text === "—") return null;
    return words ? text : number(text);
  };
  const order = (a, b) =>
    typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, place) => {
      if (heading.classList.contains("runs")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.title = "Sort by this column";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const upwards = heading.getAttribute("aria-sort") !== "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", upwards ? "ascending" : "descending");
        const words = heading.classList.contains("words");
        const keyed = [...table.tBodies[0].rows].map((row) => [key(row, place, words), row]);
        keyed.sort(([a], [b]) => {
          if (a === null || b === null) return (a === null) - (b === null);
          return upwards ? order(a, b) : order(b, a);
        });
        table.tBodies[0].append(...keyed.map(([, row]) => row));
      });
    });
  }
  const folded = () => document.querySelectorAll("details:not([open])");
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folded()];
    opened.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
})();
