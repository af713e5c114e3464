// Charts are Vega-Lite specs from the server, drawn by the bundle that the server makes from its own
// packages. `ast: true` evaluates expressions with the interpreter: the policy needs no unsafe-eval.
let bundle;

export function startCharts() {
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "200px" });
  const watch = () => document.querySelectorAll(".chart-view:not([data-watched])").forEach((view) => {
    view.dataset.watched = "";
    watcher.observe(view);
  });
  watch();
  document.addEventListener("htmx:afterSettle", watch);
  const redraw = () => document.querySelectorAll(".chart-view[data-drawn]").forEach(draw);
  document.addEventListener("linkstead:theme", redraw);
  let width = innerWidth;
  let soon;
  addEventListener("resize", () => {  // a phone that is turned; the height alone changes when it scrolls
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(soon);
    soon = setTimeout(redraw, 200);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

function load(source) {
  bundle ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => done(window.vegaEmbed);
    script.onerror = () => fail(new Error("the chart scripts could not be loaded"));
    document.head.append(script);
  });
  return bundle;
}

async function draw(view) {
  try {
    const embed = await load(view.dataset.bundle);
    const spec = JSON.parse(repainted(document.getElementById(view.dataset.spec).textContent, view));
    narrow(spec, view.clientWidth);
    await embed(view, spec, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false,
      tooltip: { disableDefaultStyle: true, sanitize: escapeText },
    });
    view.dataset.drawn = "";
  } catch (error) {
    view.dataset.failed = "";
    view.closest(".chart")?.querySelector("details")?.setAttribute("open", "");  // the table says it all
    console.warn(`A chart could not be drawn: ${error.message}`);
  }
}

// Bars have a width in pixels and axes a number of labels that suit the width a chart was made for; on a
// phone bars are thinner and labels fewer.
function narrow(spec, width) {
  const ratio = width / (spec.usermeta?.made_for ?? width);
  if (ratio >= 1) return;
  for (const part of [spec, ...(spec.layer ?? [])]) {
    if (part.mark?.size) part.mark.size = Math.max(2, part.mark.size * ratio);
    const axis = part.encoding?.x?.axis;
    if (Array.isArray(axis?.values)) {  // the newest comes first and stays, of the others every second, third...
      const step = Math.ceil(1 / ratio);
      axis.values = axis.values.filter((_, at) => at % step === 0);
    }
    if (typeof axis?.tickCount === "number") axis.tickCount = Math.max(2, Math.floor(axis.tickCount * ratio));
  }
}

function escapeText(value) {
  return String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

// The spec comes in the colours of paper; each of them has a name, and the page has its own colour of
// that name. They are read as plain rgb, since Vega knows neither light-dark() nor oklch().
function repainted(text, view) {
  const palette = JSON.parse(text).usermeta?.palette ?? {};
  const probe = document.createElement("i");
  probe.hidden = true;
  view.append(probe);
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  let painted = text;
  for (const [name, colour] of Object.entries(palette)) {
    if (name === "font") continue;
    probe.className = `chart-${name}`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    painted = painted.replaceAll(colour, `rgb(${red}, ${green}, ${blue})`);
  }
  const font = getComputedStyle(view).fontFamily.replaceAll('"', "'");
  probe.remove();
  return palette.font ? painted.replaceAll(palette.font, font) : painted;
}
