// Short words in the corner. Good news leaves after a while; an error stays until it is read away.
const STAY = 6000;

export function startToasts() {
  const shelf = document.querySelector(".toasts");
  if (!shelf) return;
  shelf.querySelectorAll(".toast").forEach(tend);
  shelf.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
  });
  document.addEventListener("linkstead:toast", (event) => say(shelf, event.detail));
  document.addEventListener("htmx:responseError", () => say(shelf, {
    text: "The server could not answer that. What you see is unchanged; try again or load the page anew.", level: "error",
  }));
  document.addEventListener("htmx:sendError", () => say(shelf, {
    text: "The server cannot be reached. What you see is unchanged; check the connection and try again.", level: "error",
  }));
}

export function toast(text, level = "success") {
  document.dispatchEvent(new CustomEvent("linkstead:toast", { detail: { text, level } }));
}

function say(shelf, { text, level }) {
  const box = document.getElementById("toast-shape").content.firstElementChild.cloneNode(true);
  box.classList.add(level);
  box.querySelector("span").textContent = text;
  shelf.append(box);
  tend(box);
}

function tend(box) {
  if (box.matches(".error, .warning")) return;
  let left = setTimeout(() => box.remove(), STAY);
  const wait = () => clearTimeout(left);
  const resume = () => { left = setTimeout(() => box.remove(), STAY); };
  box.addEventListener("mouseenter", wait);
  box.addEventListener("focusin", wait);
  box.addEventListener("mouseleave", resume);
  box.addEventListener("focusout", resume);
}
