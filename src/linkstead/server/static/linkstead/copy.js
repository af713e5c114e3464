// Buttons that copy the text of the element they name, or their own data-copy.
import { toast } from "./toasts.js";

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest(".copy");
    if (!button) return;
    const text = button.dataset.copy ?? document.getElementById(button.dataset.copyFrom)?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text.trim());
      button.dataset.done = "";
      setTimeout(() => delete button.dataset.done, 1500);
      toast("Copied");
    } catch {
      toast("The browser did not allow copying; mark the text and copy it by hand.", "error");
    }
  });
}
