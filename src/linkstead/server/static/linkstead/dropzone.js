// Files can be dropped on the form, or chosen by keyboard in its file field. Uploading shows how far it is.
import { toast } from "./toasts.js";

export function startDropzones() {
  for (const zone of document.querySelectorAll("form.dropzone")) tend(zone);
}

function tend(zone) {
  const field = zone.querySelector('input[type="file"]');
  let depth = 0;
  const over = (by) => {
    depth = Math.max(0, depth + by);
    zone.toggleAttribute("data-over", depth > 0);
  };
  zone.addEventListener("dragenter", (event) => { event.preventDefault(); over(1); });
  zone.addEventListener("dragleave", () => over(-1));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(-depth);
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    zone.requestSubmit();
  });
  field.addEventListener("change", () => { if (field.files.length) zone.requestSubmit(); });
  zone.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.files.length) send(zone, field);
    else toast("Choose a file first, or drop one here.", "warning");
  });
}

function send(zone, field) {
  if (zone.hasAttribute("data-busy")) return;
  const request = new XMLHttpRequest();
  const progress = zone.querySelector("progress");
  const says = zone.querySelector("[data-says]");
  const body = new FormData(zone);
  zone.setAttribute("data-busy", "");
  zone.setAttribute("aria-busy", "true");
  if (progress) progress.hidden = false;
  const names = [...field.files].map((file) => file.name).join(", ");
  if (says) says.textContent = `Uploading ${names}`;
  request.upload.addEventListener("progress", (event) => {
    if (progress && event.lengthComputable) progress.value = event.loaded / event.total;
  });
  request.addEventListener("load", () => arrived(zone, request, field));
  request.addEventListener("error", () => failed(zone, "The upload broke off. Nothing was kept; try again."));
  request.open("POST", zone.action);
  request.setRequestHeader("X-CSRFToken", body.get("csrfmiddlewaretoken") ?? "");
  request.send(body);
}

function arrived(zone, request, field) {
  const page = new DOMParser().parseFromString(request.responseText, "text/html");
  if (request.status < 400 && !page.querySelector(".errors")) {
    location.assign(request.responseURL);
    return;
  }
  const reason = page.querySelector(".errors, .note.error, [role=alert], main p")?.textContent.trim().replace(/\s+/g, " ");
  field.value = "";
  failed(zone, reason || "The server did not take the file. Nothing was kept; try again or choose another file.");
}

function failed(zone, text) {
  zone.removeAttribute("data-busy");
  zone.removeAttribute("aria-busy");
  const progress = zone.querySelector("progress");
  if (progress) { progress.hidden = true; progress.removeAttribute("value"); }
  const says = zone.querySelector("[data-says]");
  if (says) says.textContent = text;
  toast(text, "error");
}
