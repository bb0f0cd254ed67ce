// What the live figures share: numbers, SVG as text, and controls in a page. No framework, no server.
//
// Only `mount` needs a page: Node can test what a figure computes, and write its picture.

// Okabe and Ito's colours, in the order of the course's figures; 8 is the colour of the text. A page may change them.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"];
export const colour = (k) => (k === 8 ? "currentColor" : `var(--live-${k}, ${COLOURS[k - 1]})`);

// Each gate and state of an LSTM has one colour in the whole course.
export const GATE_COLOURS = { f: colour(2), i: colour(3), g: colour(5), o: colour(1), c: colour(8), h: colour(4) };

// ---- Numbers. A vector is a list, a matrix a list of rows. ----

export const sigmoid = (a) => 0.5 * (1 + Math.tanh(0.5 * a));
export const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0);
export const norm = (a) => Math.sqrt(dot(a, a));
export const add = (...vectors) => vectors[0].map((_, k) => vectors.reduce((sum, vector) => sum + vector[k], 0));
export const transpose = (matrix) => matrix[0].map((_, column) => matrix.map((row) => row[column]));
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const range = (length) => Array.from({ length }, (_, k) => k);

// The product of a row and a matrix, as in x W.
export function times(row, matrix) {
  const result = new Array(matrix[0].length).fill(0);
  for (let k = 0; k < row.length; k++) {
    for (let column = 0; column < result.length; column++) result[column] += row[k] * matrix[k][column];
  }
  return result;
}

export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

// A number with a true minus (−), and never −0.00; `signed` puts a + before what is above zero.
export function number(value, decimals = 2, signed = false) {
  const text = Math.abs(value).toFixed(decimals);
  if (!/[1-9]/.test(text)) return text;
  return (value < 0 ? "−" : signed ? "+" : "") + text;
}

// ---- SVG as text. ----

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

// An element as text. Attributes that are undefined are left out.
export function element(name, attributes = {}, ...children) {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = pairs.map(([key, value]) => ` ${key}="${escape(typeof value === "number" ? round(value) : value)}"`);
  const inside = children.flat(Infinity).join("");
  return `<${name}${written.join("")}${inside ? `>${inside}</${name}>` : "/>"}`;
}

const round = (value) => Number(value.toFixed(2));

// The whole drawing. `label` says what it is, `outcome` what it shows now: a line below it on the page.
export function svg({ width = 360, height, label, outcome }, ...children) {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
    "font-family": "system-ui, sans-serif",
    "font-size": 14, // of 360: at least 13 pixels on a telephone
    fill: "currentColor",
  };
  return element("svg", attributes, element("desc", {}, escape(outcome)), ...children);
}

export const text = (x, y, words, attributes = {}) => element("text", { x, y, ...attributes }, escape(words));
export const rect = (x, y, width, height, attributes = {}) => element("rect", { x, y, width, height, ...attributes });

export function line(x1, y1, x2, y2, attributes = {}) {
  return element("line", { x1, y1, x2, y2, stroke: "currentColor", ...attributes });
}

// A line through `points`, each [x, y].
export function curve(points, attributes = {}) {
  const places = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
  return element("polyline", {
    points: places,
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    ...attributes,
  });
}

// From numbers between `low` and `high` to places between `start` and `end`.
export const scale = (low, high, start, end) => (value) => start + ((value - low) / (high - low)) * (end - start);

// The static picture: the drawing of the first state, black on white.
export function picture(figure, weights) {
  const drawing = figure.draw(weights, figure.start(weights));
  return drawing.replace(/(<svg[^>]*>)/, '$1<rect width="100%" height="100%" fill="#fff"/>') + "\n";
}

// ---- In a page. ----

function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  set(node, attributes);
  node.append(...children);
  return node;
}

function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) node.removeAttribute(key);
    else node.setAttribute(key, value);
  }
}

// For each kind of control, from its first description and what to call with a new value: its node, and a function
// that brings it up to date.
//
//   slider   {min, max, step, format}: format says a value in words (optional)
//   choice   {options}: [{value, label}]
//   buttons  {options}: [{value, label, pressed, name}]: pressed is true or false; where it is left out, the button with
//            the control's value is pressed. name is for a screen reader, if the label says too little (optional)
//   step     {min, max, format}: two buttons, and the place between them (format is optional)
const CONTROLS = {
  slider(first, change) {
    const words = make("span");
    const input = make("input", { type: "range", min: first.min, max: first.max, step: first.step });
    input.addEventListener("input", () => change(Number(input.value)));
    const update = ({ label, value, format = String }) => {
      words.textContent = `${label}: ${format(value)}`;
      input.value = value;
      input.setAttribute("aria-valuetext", format(value));
    };
    return [make("label", {}, words, input), update];
  },

  choice(first, change) {
    const options = first.options.map((option) => make("option", {}, option.label));
    const select = make("select", {}, ...options);
    select.addEventListener("change", () => change(first.options[select.selectedIndex].value));
    const update = ({ options, value }) => {
      select.selectedIndex = options.findIndex((option) => option.value === value);
    };
    return [make("label", {}, first.label, select), update];
  },

  buttons(first, change) {
    const buttons = first.options.map((option) => make("button", { type: "button" }));
    buttons.forEach((button, k) => button.addEventListener("click", () => change(first.options[k].value)));
    const words = make("span", { class: "live-label", "aria-hidden": "true" });
    const group = make("div", { role: "group" }, words, make("div", { class: "live-row" }, ...buttons));
    const update = ({ label, options, value }) => {
      words.textContent = label;
      group.setAttribute("aria-label", label);
      options.forEach((option, k) => {
        const pressed = option.pressed ?? (value === undefined ? undefined : option.value === value);
        buttons[k].textContent = option.label;
        set(buttons[k], { "aria-pressed": pressed, "aria-label": option.name });
      });
    };
    return [group, update];
  },

  step(first, change) {
    const [back, forward] = ["← Back", "Next →"].map((words) => make("button", { type: "button" }, words));
    const shown = make("output");
    let now = first;
    const go = (by) => now.value + by >= now.min && now.value + by <= now.max && change(now.value + by);
    back.addEventListener("click", () => go(-1));
    forward.addEventListener("click", () => go(1));
    const update = (description) => {
      now = description; // a button that is switched off keeps the focus
      set(back, { "aria-disabled": now.value <= now.min });
      set(forward, { "aria-disabled": now.value >= now.max });
      shown.textContent = now.format ? now.format(now.value) : `${now.label} ${now.value} of ${now.max}`;
    };
    return [make("div", { role: "group", class: "live-row", "aria-label": first.label }, back, shown, forward), update];
  },
};

// Puts a figure in place of the picture in `root`. A control's new value becomes state[name], unless its description
// has `change`, a function from the value to the new state. Its value is state[name], unless it has `value`.
// Controls, and the options in them, must stay as many as they were at first.
export function mount(root, figure, weights) {
  if (!document.getElementById("live-style")) {
    const href = new URL("live.css", import.meta.url).href;
    document.head.append(make("link", { id: "live-style", rel: "stylesheet", href }));
  }
  let state = figure.start(weights);
  const describe = () => figure.controls(weights, state).map((each) => ({ value: state[each.name], ...each }));
  const controls = describe().map((first, k) =>
    CONTROLS[first.kind](first, (value) => {
      const { name, change } = describe()[k];
      state = change ? change(value) : { ...state, [name]: value };
      show();
    }),
  );
  const drawing = make("div", { class: "live-drawing" });
  const outcome = make("p", { class: "live-outcome", "aria-live": "polite" });

  function show() {
    drawing.innerHTML = figure.draw(weights, state);
    const said = drawing.querySelector("desc");
    if (outcome.textContent !== said.textContent) outcome.textContent = said.textContent;
    said.remove(); // it stands in the line, and is not read twice
    describe().forEach((description, k) => controls[k][1](description));
  }

  show();
  const parts = [drawing, outcome, make("div", { class: "live-controls" }, ...controls.map(([node]) => node))];
  const image = root.querySelector("img");
  if (image) image.replaceWith(...parts);
  else root.prepend(...parts);
}
