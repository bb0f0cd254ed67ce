// The page's own script: it remembers the framework, keeps the place when it is switched, and starts live figures.
// Nothing needs it: without scripts, links lead to the other framework's page, and figures are pictures.

const KEY = "framework";
const here = document.querySelector(".track[aria-current]")?.dataset.track;

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // a browser that keeps nothing
  }
}

function remember(track) {
  try {
    localStorage.setItem(KEY, track);
  } catch {
    // then each visit begins with PyTorch
  }
}

// The last heading, code cell or live figure that has passed the upper edge: both frameworks' pages have the same.
function place() {
  const parts = document.querySelectorAll("article :is(section, .cell, figure.live)[id]");
  const passed = [...parts].filter((part) => part.getBoundingClientRect().top < 120);
  return window.scrollY > 100 && passed.length ? `#${passed.at(-1).id}` : "";
}

function switchFramework(event) {
  const link = event.currentTarget;
  remember(link.dataset.track);
  if (here) link.href = link.href.split("#")[0] + place();
}

// Pages that belong to no framework lead to the lessons of the one that was chosen.
function followChoice(track) {
  for (const link of document.querySelectorAll("article a[href*='notebooks/']")) {
    link.href = link.href.replace(/notebooks\/(pytorch|tensorflow)\//, `notebooks/${track}/`);
  }
}

// Every lesson is found twice: the search shows it in the chosen framework, until both are asked for.
function sieveResults(results, track) {
  const other = track === "tensorflow" ? "pytorch" : "tensorflow";
  const label = document.createElement("label");
  label.className = "both";
  label.innerHTML = '<input type="checkbox"> in both frameworks, as the number below counts';
  results.before(label);
  const show = () => results.classList.toggle(`without-${other}`, !label.firstChild.checked);
  label.firstChild.addEventListener("change", show);
  show();
}

async function startFigure(figure) {
  const folder = new URL(`./live/${figure.dataset.live}/`, import.meta.url);
  const [{ mount }, module, answer] = await Promise.all([
    import(new URL("../lib.js", folder)),
    import(new URL("figure.js", folder)),
    fetch(new URL("weights.json", folder)),
  ]);
  mount(figure, module, await answer.json());
}

// The theme's buttons that open a list of lessons have no name of their own.
for (const button of document.querySelectorAll(".bd-sidebar-primary summary")) {
  const list = button.closest("li").querySelector("a").textContent.trim();
  button.setAttribute("aria-label", `${list}: show or hide the list`);
}

if (here) remember(here);
const chosen = here ?? remembered() ?? "pytorch";
for (const link of document.querySelectorAll("a.track")) link.addEventListener("click", switchFramework);
if (!here) followChoice(chosen);
const results = document.querySelector("#search-results");
if (results) sieveResults(results, chosen);
document.querySelectorAll("figure.live").forEach(startFigure);
