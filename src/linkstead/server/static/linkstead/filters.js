// A question's address says what is asked and not what is left open: empty fields stay out of it.
export function startFilters() {
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    const asked = event.detail.formData;
    for (const [name, value] of [...asked.entries()]) {
      if (value === "") asked.delete(name);
    }
  });
}
