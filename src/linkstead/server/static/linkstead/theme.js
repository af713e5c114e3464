// System, light or dark. The choice is a cookie that the server writes into <html data-theme>, so
// that the first paint is right; the buttons are a form that also works without this script.
const YEAR = 31536000;

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form.theme");
    if (!form) return;
    event.preventDefault();
    choose(form, event.submitter?.value ?? "system");
  });
}

function choose(form, theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  document.dispatchEvent(new CustomEvent("linkstead:theme"));
}
