// Everything here only adds to pages that work without it: links are links and forms are forms.
import { startTheme } from "./theme.js";
import { startKeys } from "./keys.js";
import { startPalette } from "./palette.js";
import { startMenus } from "./menus.js";
import { startToasts } from "./toasts.js";
import { startCopy } from "./copy.js";
import { startTimes } from "./times.js";
import { startDropzones } from "./dropzone.js";
import { startFilters } from "./filters.js";
import { startChoice } from "./choice.js";
import { startCharts } from "./charts.js";

for (const start of [
  startTheme, startToasts, startMenus, startKeys, startPalette, startCopy, startTimes, startDropzones, startFilters, startChoice,
  startCharts,
]) {
  start();
}
document.documentElement.dataset.ready = "";  // tests wait for this
