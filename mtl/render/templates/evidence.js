"use strict";

(() => {
  // The filter hides checks, and the sections that have none left.
  const filter = document.querySelector(".filter");
  if (filter) {
    const checks = [...document.querySelectorAll("details.check")];
    const status = document.querySelector(".filter-count");
    const apply = (wanted) => {
      let shown = 0;
      for (const check of checks) {
        const fits = !wanted || (wanted === "notable" ? "notable" in check.dataset : check.dataset.verdict === wanted);
        check.toggleAttribute("data-filtered-out", !fits);
        shown += fits;
      }
      for (const section of document.querySelectorAll("section.filtered")) {
        section.toggleAttribute("data-filtered-out", !section.querySelector("details.check:not([data-filtered-out])"));
      }
      status.textContent = wanted ? `${shown} of ${checks.length} checks` : "";
    };
    filter.hidden = false;
    filter.addEventListener("change", (event) => apply(event.target.value));
    apply(filter.querySelector("input:checked").value);
  }

  // A link into something closed opens it.
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
})();
