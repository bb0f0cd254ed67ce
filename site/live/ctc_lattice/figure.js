// Lesson 14: the forward sums on a CTC lattice of five frames, cell by cell, beside the sum over all paths.

import * as lib from "../lib.js";
const { colour, number, range } = lib;

export const title = "Forward sums on a CTC lattice";
export const lesson = "14";
export const after = "without-walking-through-them-2";
export const text =
  "Go through the frames, choose a slot, and look at which sums flow into it; then change what a frame says. " +
  "In frame 5 the last two slots add up to the same number as all paths, taken one by one.";

const BLANK = 0;
const sum = (values) => values.reduce((a, b) => a + b, 0);

// ---- What is computed. ----

const slotsOf = (label) => [BLANK, ...label.flatMap((symbol) => [symbol, BLANK])];

// The slots of the frame before from which a path may come into slot s: the same, one before, two before.
function comesFrom(slots, s) {
  const mayLeaveOut = slots[s] !== BLANK && slots[s] !== slots[s - 2];
  return [s, s - 1, ...(mayLeaveOut ? [s - 2] : [])].filter((from) => from >= 0);
}

function collapse(path) {
  return path.filter((symbol, t) => symbol !== path[t - 1]).filter((symbol) => symbol !== BLANK);
}

// Every path of the frames, such as [0, 1, 1, 0, 2].
function allPaths(frames, symbols) {
  if (frames === 0) return [[]];
  return allPaths(frames - 1, symbols).flatMap((path) => range(symbols).map((symbol) => [...path, symbol]));
}

// alpha: for each frame and slot the sum over all beginnings of paths that are there. total: the probability of the
// label, from the last frame. count, by_paths: how many paths there are, and their sum, one by one.
export function compute(_, { label, probabilities }) {
  const slots = slotsOf(label);
  const alpha = [slots.map((symbol, s) => (s < 2 ? probabilities[0][symbol] : 0))];
  for (const row of probabilities.slice(1)) {
    const before = alpha.at(-1);
    alpha.push(slots.map((symbol, s) => row[symbol] * sum(comesFrom(slots, s).map((from) => before[from]))));
  }
  const paths = allPaths(probabilities.length, probabilities[0].length).filter(
    (path) => String(collapse(path)) === String(label),
  );
  const products = paths.map((path) => path.reduce((product, symbol, t) => product * probabilities[t][symbol], 1));
  return { alpha, total: sum(alpha.at(-1).slice(-2)), count: paths.length, by_paths: sum(products) };
}

// The row with another probability of one symbol; the others share the rest as before.
function changed(row, symbol, probability) {
  const rest = (1 - probability) / (1 - row[symbol]);
  return row.map((value, k) => (k === symbol ? probability : value * rest));
}

// ---- What is shown. ----

export const start = ({ probabilities }) => ({ label: "1 1", frame: 5, slot: 3, probabilities });

const LABELS = ["1 1", "1 2", "2 1", "3 3"];
const digits = (label) => label.split(" ").map(Number);
const sign = (symbol) => (symbol === BLANK ? "–" : String(symbol));
const LOW = "₀₁₂₃₄₅₆₇₈₉";

const [LEFT, WIDE, PITCH, TOP, HIGH, DOWN] = [24, 54, 67, 28, 40, 52]; // the cells of the drawing
const x = (t) => LEFT + PITCH * t;
const y = (s) => TOP + DOWN * s;
const small = (value) => (value === 0 ? "0" : value < 0.00005 ? "<.0001" : number(value, 4));

function cell(state, slots, alpha, t, s) {
  const [reached, chosen] = [t < state.frame, t === state.frame - 1 && s === state.slot];
  const look = {
    rx: 4,
    fill: reached ? colour(1) : "none",
    "fill-opacity": 0.08 + 0.5 * Math.sqrt(alpha[t][s]),
    stroke: chosen ? colour(2) : "currentColor",
    "stroke-width": chosen ? 3 : 1,
    "stroke-opacity": chosen ? 1 : 0.4,
    "stroke-dasharray": reached ? undefined : "3 3",
  };
  const centre = { "text-anchor": "middle" };
  return [
    lib.rect(x(t), y(s), WIDE, HIGH, look),
    lib.text(x(t) + WIDE / 2, y(s) + 16, `p ${number(state.probabilities[t][slots[s]])}`, { ...centre, opacity: 0.75 }),
    reached ? lib.text(x(t) + WIDE / 2, y(s) + 34, small(alpha[t][s]), centre) : [],
  ];
}

function arrow(t, from, to, chosen) {
  const [x1, y1, x2, y2] = [x(t - 1) + WIDE, y(from) + HIGH / 2, x(t), y(to) + HIGH / 2];
  if (!chosen) return lib.line(x1, y1, x2, y2, { opacity: 0.18 });
  const tip = `${x2},${y2} ${x2 - 7},${y2 - 4} ${x2 - 7},${y2 + 4}`;
  const look = { stroke: colour(2), "stroke-width": 3 };
  return [lib.line(x1, y1, x2 - 5, y2, look), lib.element("polygon", { points: tip, fill: colour(2) })];
}

// The sum of the chosen slot, written out in two or three lines.
function written({ frame, slot, probabilities }, slots, alpha) {
  const [t, symbol] = [frame - 1, slots[slot]];
  const name = `α${LOW[frame]}(slot ${slot + 1})`;
  const probability = number(probabilities[t][symbol], 4);
  if (t === 0) {
    if (slot > 1) return [`${name} = 0: no path begins here.`, "It begins in one of the first two slots."];
    return [`${name} = p${LOW[1]}(${sign(symbol)}) = ${probability}`, "A path begins in one of the first two slots."];
  }
  const sources = comesFrom(slots, slot);
  const ways = sources.map((from) => small(alpha[t - 1][from])).join(" + ");
  const names = ["stay", "go on", "leave out"].slice(0, sources.length).join(" + ");
  const lines = [
    `${name} = p${LOW[frame]}(${sign(symbol)}) × [${names}]`,
    `= ${probability} × [${ways}] = ${small(alpha[t][slot])}`,
  ];
  const merged = symbol !== BLANK && slot > 1 && slots[slot] === slots[slot - 2];
  if (merged) lines.push(`No jump from ${sign(symbol)} to ${sign(symbol)}: they would be merged.`);
  return lines;
}

// The sum over all paths, and in the last frame that of the lattice beside it.
function results({ label, frame, probabilities }, { alpha, total, count, by_paths: byPaths }) {
  const exact = (value) => number(value, 6);
  const paths = `All ${count} paths, one by one: ${exact(byPaths)}`;
  if (frame < probabilities.length) return [paths, `The lattice: go on to frame ${probabilities.length}`];
  const [last, blank] = alpha.at(-1).slice(-2);
  return [
    paths,
    `The lattice: ${exact(last)} + ${exact(blank)} = ${exact(total)}`,
    `Loss: −ln P(${label}) = ${total > 0 ? number(-Math.log(total), 4) : "∞, for no path is left"}`,
  ];
}

export function draw(weights, state) {
  const { label, frame, slot, probabilities } = state;
  const found = compute(weights, { label: digits(label), probabilities });
  const slots = slotsOf(digits(label));
  const steps = range(frame).slice(1);
  const ways = (t) => range(slots.length).flatMap((s) => comesFrom(slots, s).map((from) => [t, from, s]));
  const isChosen = ([t, , s]) => t === frame - 1 && s === slot;
  const arrows = steps.flatMap(ways).sort((a, b) => isChosen(a) - isChosen(b));
  const atEnd = frame === probabilities.length;
  const below = y(slots.length) + 10;
  const ends = [slots.length - 2, slots.length - 1].map((s) => lib.text(x(frame - 1) + WIDE + 1, y(s) + 26, "→"));
  return lib.svg(
    {
      height: below + 20 * 6 + 4,
      label: `A lattice of five frames from left to right and the slots of the text ${label} from top to bottom.`,
      outcome: outcome(state, slots, found),
    },
    lib.text(0, 16, "frame"),
    range(probabilities.length).map((t) =>
      lib.text(x(t) + WIDE / 2, 16, t + 1, {
        "text-anchor": "middle",
        "font-weight": t === frame - 1 ? "bold" : undefined,
      }),
    ),
    slots.map((symbol, s) => lib.text(4, y(s) + 26, sign(symbol), { "font-weight": s === slot ? "bold" : undefined })),
    arrows.map((way) => arrow(...way, isChosen(way))),
    range(probabilities.length).map((t) => slots.map((_, s) => cell(state, slots, found.alpha, t, s))),
    atEnd ? ends : [],
    written(state, slots, found.alpha).map((words, k) => lib.text(0, below + 20 * k, words)),
    results(state, found).map((words, k) => lib.text(0, below + 70 + 20 * k, words)),
  );
}

function outcome({ label, frame, slot, probabilities }, slots, { alpha, total, count, by_paths: byPaths }) {
  const frames = probabilities.length;
  const here = `Frame ${frame}, slot ${slot + 1} (${sign(slots[slot])}): ${small(alpha[frame - 1][slot])}.`;
  if (frame < frames) return `${here} Go on to frame ${frames} for the probability of ${label}.`;
  return `${here} P(${label}) is ${number(total, 6)} by the lattice and ${number(byPaths, 6)} over all ${count} paths.`;
}

export function controls(weights, state) {
  const { label, frame, slot, probabilities } = state;
  const slots = slotsOf(digits(label));
  const symbol = slots[slot];
  const row = probabilities[frame - 1];
  const set = (value) => probabilities.map((each, t) => (t === frame - 1 ? changed(each, symbol, value) : each));
  return [
    { kind: "step", name: "frame", label: "Frame", min: 1, max: probabilities.length },
    {
      kind: "buttons",
      name: "slot",
      label: "Slot",
      options: slots.map((each, s) => ({ value: s, label: sign(each), name: `slot ${s + 1}: ${each || "blank"}` })),
    },
    {
      kind: "slider",
      name: "probability",
      label: `p(${sign(symbol)}) in frame ${frame}`,
      min: 0,
      max: 0.99,
      step: 0.01,
      value: row[symbol],
      format: (value) => number(value),
      change: (value) => ({ ...state, probabilities: set(value) }),
    },
    {
      kind: "buttons",
      name: "label",
      label: "Text, or the lesson's p again",
      options: [...LABELS, "reset"].map((value) => ({ value, label: value })),
      change: (value) =>
        value === "reset" ? { ...state, probabilities: weights.probabilities } : { ...state, label: value },
    },
  ];
}
