import { chooseCurrent, somethingChosen } from "./choice.js";

// One-letter keys, never while somebody writes and never with a modifier.
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || writes(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key] ?? button(event.key);
    if (act && act() !== false) event.preventDefault();
  });
}

const KEYS = {
  "?": () => document.getElementById("keys")?.showModal(),
  "/": () => focusFirst("[data-search]"),
  j: () => step(1),
  k: () => step(-1),
  x: chooseCurrent,
  n: () => follow('.pager a[rel="next"]'),
  p: () => follow('.pager a[rel="prev"]'),
};

// Buttons name their own letter. One that acts on chosen rows takes the current row where none is chosen.
function button(key) {
  const found = /^[a-z]$/.test(key) && document.querySelector(`button[data-key="${key}"]`);
  if (!found) return null;
  return () => {
    if (found.closest(".chosen-bar")) {
      if (!somethingChosen()) return false;
      const row = document.querySelector("[data-current-row]");
      const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
      if (row) row.value = Math.max(rows.findIndex((one) => one.querySelector("[data-choose]:checked")), 0);
    }
    found.click();
  };
}

function writes(element) {
  return element.isContentEditable || element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select");
}

function focusFirst(selector) {
  const field = document.querySelector(selector);
  if (!field) return false;
  field.focus();
  field.select?.();
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (!link) return false;
  link.click();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr, [data-rows] > li")];
  if (!rows.length) return false;
  const now = rows.findIndex((row) => "current" in row.dataset);
  const next = rows[Math.min(Math.max(now + by, 0), rows.length - 1)];
  if (now >= 0) delete rows[now].dataset.current;
  next.dataset.current = "";
  (next.querySelector("a, button") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
