// Ctrl-K or Cmd-K: go to a page or a project by typing a part of its name. The places come from the server.
export function startPalette() {
  const dialog = document.getElementById("palette");
  const data = document.getElementById("places");
  if (!dialog || !data) return;
  const palette = new Palette(dialog, JSON.parse(data.textContent));
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    palette.open();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) palette.open();
  });
}

class Palette {
  constructor(dialog, places) {
    this.dialog = dialog;
    this.places = places;
    this.input = dialog.querySelector("input");
    this.list = dialog.querySelector("[role=listbox]");
    this.none = dialog.querySelector(".none");
    this.at = 0;
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  open() {
    if (this.dialog.open) return;
    this.input.value = "";
    this.show();
    this.dialog.showModal();
  }

  show() {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.places.filter((place) => {
      const text = `${place.name} ${place.kind}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    this.at = 0;
    this.list.replaceChildren(...found.slice(0, 50).map(option));
    this.none.hidden = found.length > 0;
    this.mark();
  }

  mark() {
    const options = [...this.list.children];
    options.forEach((one, index) => one.setAttribute("aria-selected", String(index === this.at)));
    const now = options[this.at];
    if (now) this.input.setAttribute("aria-activedescendant", now.id);
    else this.input.removeAttribute("aria-activedescendant");
    now?.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const count = this.list.children.length;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && count) this.at = (this.at + steps[event.key] + count) % count;
    else if (event.key === "Enter") this.go(this.list.children[this.at]);
    else return;
    event.preventDefault();
    this.mark();
  }

  go(chosen) {
    if (chosen) location.assign(chosen.dataset.url);
  }
}

function option(place, index) {
  const item = document.createElement("li");
  item.id = `place-${index}`;
  item.setAttribute("role", "option");
  item.dataset.url = place.url;
  const name = document.createElement("span");
  name.textContent = place.name;
  const kind = document.createElement("span");
  kind.className = "faint tiny";
  kind.textContent = place.kind;
  item.append(name, kind);
  return item;
}
