// The list of films: filters act when chosen, and the bar says how many films are chosen.
// Without this script the forms are sent by their buttons.
const finder = document.querySelector("[data-finder]");
finder?.addEventListener("change", (event) => event.target.matches("select") && finder.requestSubmit());
finder?.addEventListener("submit", () => {
  // An address without empty filters, which is the same as that of the links.
  for (const field of finder.elements) if (!field.value) field.disabled = true;
});
addEventListener("pageshow", () => {
  for (const field of finder?.elements ?? []) field.disabled = false;
});

const rows = document.querySelector("[data-rows]");
if (rows) {
  const boxes = [...rows.querySelectorAll(".rows input[type=checkbox]")];
  const page = rows.querySelector("[data-page] input"), all = rows.elements.all;
  const chosen = rows.querySelector("[data-chosen]");
  page.closest("label").hidden = false;
  let last;

  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    page.checked = count === boxes.length;
    page.indeterminate = count > 0 && count < boxes.length;
    chosen.value = all.checked || !count ? "" : chosen.dataset.words.replace("#", count);
    rows.classList.toggle("chosen", Boolean(count) || all.checked);
  };

  page.addEventListener("change", () => {
    for (const box of boxes) box.checked = page.checked;
    tell();
  });
  all.addEventListener("change", tell);
  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
        for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
      }
      last = box;
      tell();
    });
  }
  addEventListener("pageshow", tell); // Back brings the choices back
}
