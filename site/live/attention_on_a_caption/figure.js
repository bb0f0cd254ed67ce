// Lesson 18: the lesson's trained captioner tells a scene, and its gaze can be moved.

import * as lib from "../lib.js";
const { add, colour, dot, number, range, softmax, times } = lib;

export const title = "Attention on a caption";
export const lesson = "18";
export const after = "move-the-gaze-8";
export const text =
  "Choose a word and see how the scores of the nine cells become the weights of its gaze. Then put the gaze of a noun " +
  "on another cell: does the captioner name what lies there, and what becomes of the words after it?";
export const trained = true;

// ---- What is computed. ----

// A matrix is kept as whole numbers between −127 and 127, row after row, with a scale for each column.
function unpack({ scales, bytes }) {
  const whole = Int8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
  const row = (r) => scales.map((scale, k) => scale * whole[r * scales.length + k]);
  return range(whole.length / scales.length).map(row);
}

const unpacked = new WeakMap(); // the matrices of one weights.json are unpacked once

function matricesOf(weights) {
  if (!unpacked.has(weights)) {
    const pairs = Object.entries(weights.matrices).map(([name, packed]) => [name, unpack(packed)]);
    unpacked.set(weights, Object.fromEntries(pairs));
  }
  return unpacked.get(weights);
}

// The caption of a scene, six steps. moved: for each step the cell that the gaze is put on, or null. For each step:
// scores of the nine cells, gaze (their weights, or the moved ones), probabilities of the words, and the word said.
export function compute(weights, { scene, moved }) {
  const { W_a, W_h, embedding, W_lstm, W_y } = matricesOf(weights);
  const { annotations, h: firstH, c: firstC } = weights.scenes[scene];
  const keys = annotations.map((annotation) => times(annotation, W_a));
  const columns = lib.transpose(annotations);
  const result = { scores: [], gazes: [], probabilities: [], said: [] };
  let [h, c, word] = [firstH, firstC, weights.words.indexOf("<start>")];
  for (const cell of moved) {
    const query = add(times(h, W_h), weights.b_h);
    const scores = keys.map((key) => dot(weights.v, add(key, query).map(Math.tanh)));
    const gaze = cell === null ? softmax(scores) : scores.map((_, k) => (k === cell ? 1 : 0));
    const seen = columns.map((column) => dot(gaze, column));
    const sums = add(times([...embedding[word], ...seen, ...h], W_lstm), weights.b_lstm);
    const [i, f, g, o] = range(4).map((gate) => sums.slice(gate * h.length, (gate + 1) * h.length));
    c = c.map((value, k) => lib.sigmoid(f[k]) * value + lib.sigmoid(i[k]) * Math.tanh(g[k]));
    h = c.map((value, k) => lib.sigmoid(o[k]) * Math.tanh(value));
    const probabilities = softmax(add(times([...h, ...seen], W_y), weights.b_y));
    word = probabilities.indexOf(Math.max(...probabilities));
    result.scores.push(scores);
    result.gazes.push(gaze);
    result.probabilities.push(probabilities);
    result.said.push(word);
  }
  return result;
}

// ---- What is shown. ----

const ITSELF = new Array(6).fill(null);
export const start = () => ({ scene: 0, step: 0, moved: ITSELF });

const told = (weights, { said }) => said.map((word) => weights.words[word].replace(/[<>]/g, ""));

// A board of 3 × 3 cells, lit where the gaze rests. Its colours are those of the picture, on every page.
function board(weights, scene, gaze, left, top, size) {
  const cell = size / 3;
  const corner = (k) => [left + cell * (k % 3), top + cell * Math.floor(k / 3)];
  const pixel = cell / 8;
  const parts = gaze.map((weight, k) => lib.rect(...corner(k), cell, cell, { fill: `hsl(0 0% ${4 + 36 * weight}%)` }));
  for (const { cell: k, colour: fill, rows, row, column } of weights.scenes[scene].things) {
    const [x, y] = corner(k);
    const runs = rows.flatMap((signs, r) => [...signs.matchAll(/#+/g)].map((run) => [r, run.index, run[0].length]));
    const path = runs.map(([r, from, length]) => {
      const place = [x + pixel * (column + from), y + pixel * (row + r)];
      const [left, top, wide, high] = [...place, pixel * length, pixel].map((value) => value.toFixed(2));
      return `M${left} ${top}h${wide}v${high}h-${wide}z`;
    });
    parts.push(lib.element("path", { d: path.join(""), fill, opacity: 0.35 + 0.65 * gaze[k] }));
  }
  const [x, y] = corner(gaze.indexOf(Math.max(...gaze)));
  const grid = { stroke: "#8a8a8a", "stroke-width": 0.8 };
  for (const at of [cell, 2 * cell]) {
    parts.push(lib.line(left + at, top, left + at, top + size, grid));
    parts.push(lib.line(left, top + at, left + size, top + at, grid));
  }
  parts.push(lib.rect(x + 1.5, y + 1.5, cell - 3, cell - 3, { fill: "none", stroke: "#fff", "stroke-width": 2.5 }));
  return parts;
}

function large(weights, { scene }, gaze, left, top, size) {
  const look = { fill: "#fff", stroke: "#000", "stroke-width": 3, "paint-order": "stroke" };
  const numbers = gaze.map((weight, k) => {
    const [x, y] = [left + (size / 3) * (k % 3) + 6, top + (size / 3) * Math.floor(k / 3)];
    const name = lib.text(x, y + 18, k, { ...look, "font-weight": "bold" });
    return [name, lib.text(x, y + size / 3 - 7, number(weight), look)];
  });
  return [board(weights, scene, gaze, left, top, size), numbers];
}

function table(scores, gaze, moved, left, top) {
  const end = { "text-anchor": "end" };
  const head = [lib.text(left, top, "cell"), lib.text(left + 76, top, "score", end)];
  head.push(lib.text(left + 86, top, moved === null ? "softmax" : "moved"));
  const bar = lib.scale(0, 1, 0, 68);
  const rows = scores.map((score, k) => {
    const y = top + 20 * (k + 1);
    const look = { fill: colour(moved === null ? 1 : 2), stroke: "currentColor", "stroke-width": 0.8 };
    return [
      lib.text(left, y, k),
      lib.text(left + 76, y, number(score), { ...end, opacity: moved === null ? 1 : 0.6 }),
      lib.rect(left + 86, y - 11, Math.max(bar(gaze[k]), 0.8), 12, look),
    ];
  });
  return [head, rows];
}

export function draw(weights, state) {
  const { scene, step, moved } = state;
  const own = compute(weights, { scene, moved: ITSELF });
  const now = compute(weights, { scene, moved });
  const words = told(weights, now);
  const strip = words.map((word, k) => {
    const [left, chosen] = [60 * k + 4, k === step];
    const centre = { "text-anchor": "middle", "font-weight": chosen ? "bold" : undefined };
    return [
      board(weights, scene, now.gazes[k], left, 262, 52),
      lib.text(left + 26, 252, word, centre),
      moved[k] === null ? [] : lib.text(left + 26, 333, "moved", centre),
      chosen ? lib.rect(left - 2, 260, 56, 56, { fill: "none", stroke: colour(2), "stroke-width": 3 }) : [],
    ];
  });
  const label =
    "A board of nine cells with three things, lit where the captioner looks while it says the chosen word; the scores " +
    "and weights of the cells; and below a small board for each word.";
  const probability = now.probabilities[step][now.said[step]];
  return lib.svg(
    { height: 338, label, outcome: outcome(weights, state, told(weights, own), words, now) },
    lib.text(0, 16, `Says “${words[step]}” (${number(probability)})`, { "font-weight": "bold" }),
    large(weights, state, now.gazes[step], 1, 28, 198),
    table(now.scores[step], now.gazes[step], moved[step], 206, 40),
    strip,
  );
}

function outcome(weights, { scene, step, moved }, itself, words, { gazes }) {
  const cell = moved[step] ?? gazes[step].indexOf(Math.max(...gazes[step]));
  const thing = weights.scenes[scene].things.find((each) => each.cell === cell);
  const there = thing ? `there lies the ${thing.name}` : "nothing lies there";
  const looks = `At “${words[step]}” the gaze rests ${moved[step] === null ? "mostly " : ""}on cell ${cell}: ${there}.`;
  if (moved.every((each) => each === null)) return `By itself: ${itself.join(" ")}. ${looks}`;
  return `By itself: ${itself.join(" ")}. Moved: ${words.join(" ")}. ${looks}`;
}

export function controls(weights, state) {
  const { scene, step, moved } = state;
  const words = told(weights, compute(weights, { scene, moved }));
  const cells = range(9).map((k) => ({ value: k, label: String(k), name: `cell ${k}` }));
  return [
    {
      kind: "buttons",
      name: "scene",
      label: "Scene",
      options: weights.scenes.map((_, value) => ({ value, label: String(value + 1), name: `scene ${value + 1}` })),
      change: (value) => ({ ...state, scene: value, moved: ITSELF }),
    },
    {
      kind: "buttons",
      name: "step",
      label: "Word",
      options: words.map((label, value) => ({ value, label, name: `word ${value + 1}: ${label}` })),
    },
    {
      kind: "buttons",
      name: "cell",
      label: `Gaze while it says “${words[step]}”`,
      options: [{ value: null, label: "by itself" }, ...cells],
      value: moved[step],
      change: (cell) => ({ ...state, moved: moved.map((each, t) => (t === step ? cell : each)) }),
    },
  ];
}
