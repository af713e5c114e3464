// Rows are chosen by their checkboxes. The bar that acts on them is a form and comes and goes by CSS;
// here it learns to count, and the box in the head chooses the whole page.
export function startChoice() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose-all]")) {
      for (const box of boxes()) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-choose-all], [data-choose]")) tell();
  });
  document.addEventListener("reset", () => setTimeout(tell));  // the boxes change after the event
  document.addEventListener("htmx:afterSettle", tell);
  addEventListener("pageshow", tell);  // a browser that comes back may bring the boxes as they were
  tell();
}

export function chooseCurrent() {
  const row = document.querySelector("[data-rows] tr[data-current]") ?? document.activeElement?.closest("[data-rows] tr");
  const box = row?.querySelector("[data-choose]");
  if (!box) return false;
  box.click();
}

// Something is chosen, if need be the row that one stands on; whether that is so.
export function somethingChosen() {
  if (!boxes().some((box) => box.checked)) chooseCurrent();
  return boxes().some((box) => box.checked);
}

function boxes() {
  return [...document.querySelectorAll("[data-choose]")];
}

function tell() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const says = document.querySelector("[data-chosen]");
  if (says) says.textContent = `${chosen} chosen`;
  const head = document.querySelector("[data-choose-all]");
  if (!head) return;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}
