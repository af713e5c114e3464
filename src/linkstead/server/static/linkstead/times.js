// The server writes relative times and the exact one (UTC) in the title; here they stay fresh and
// the title is told in the reader's own time zone.
const STEPS = [[3600, 60, "min"], [86400, 3600, "h"], [2592000, 86400, "day"], [31536000, 2592000, "month"], [Infinity, 31536000, "year"]];

export function startTimes() {
  refresh();
  setInterval(refresh, 60000);
  document.addEventListener("htmx:afterSettle", refresh);
}

function refresh() {
  const now = Date.now();
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const when = new Date(element.dateTime);
    if (Number.isNaN(when.getTime())) continue;
    element.title = exact.format(when);
    element.textContent = relative((now - when.getTime()) / 1000);
  }
}

// the same words as look/words.py
function relative(seconds) {
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  const [, length, unit] = STEPS.find(([limit]) => size < limit);
  const count = Math.max(1, Math.round(size / length));
  const word = count === 1 || unit === "min" || unit === "h" ? unit : `${unit}s`;
  return seconds > 0 ? `${count} ${word} ago` : `in ${count} ${word}`;
}
