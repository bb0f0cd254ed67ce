// Lesson 06: a sentence goes word by word through the lesson's trained LSTM, and a flag in its cell is turned over.

import * as lib from "../lib.js";
const { add, colour, dot, number, softmax, times } = lib;

export const title = "Flip a flag in a trained cell";
export const lesson = "06";
export const after = "the-sentence-word-by-word-4";
export const text =
  "Turn something over in the cell of the lesson's LSTM: first unit 1, which tells she from he without a mistake (its " +
  "AUC is 1), then the direction from he to she. Look at the probabilities: which of the two changes the pronoun?";
export const trained = true;

const LONGEST = 19; // the network reads 19 symbols; shorter sentences are filled up on the left
const SENTENCES = [
  "Alice still laughed calmly again here today because",
  "Tom still laughed calmly again here today because",
  "Alice and Tom still laughed calmly again here today because",
  "Clara whistled because",
  "Leo and Rosa later wept softly because",
  "Paul now calmly sang today here because",
].map((sentence) => sentence.split(" "));

// ---- What is computed. ----

// The cell state on the other side of `middle`, along `direction`; `push` is the way it moves: the direction itself,
// or for the control another of the same length.
function turned(c, { middle, direction, push }) {
  const steps = dot(add(c, middle.map((value) => -value)), direction) / dot(direction, direction);
  return c.map((value, k) => value - 2 * steps * push[k]);
}

function turnOf({ flags, turns }, name) {
  if (name in turns) return turns[name];
  const unit = flags.feminine.middle.map((_, k) => (name === `unit ${k}` ? 1 : 0));
  return { middle: flags.feminine.middle, direction: unit, push: unit };
}

// After each word the level of both flags, and in the end the probabilities of she, he and they. After word `at`,
// `turn` is turned over: "nothing", a name in weights.turns, or a unit such as "unit 3".
export function compute(weights, { words, turn, at }) {
  const { tokens, embedding, W_x, W_h, b, W_y, b_y, flags } = weights;
  const filling = LONGEST - words.length;
  const ids = [...new Array(filling).fill(0), ...words.map((word) => tokens.indexOf(word))];
  const size = W_h.length;
  let [h, c] = [new Array(size).fill(0), new Array(size).fill(0)];
  const levels = { feminine: [], plural: [] };
  ids.forEach((id, t) => {
    const sums = add(times(embedding[id], W_x), times(h, W_h), b);
    const [i, f, g, o] = [0, 1, 2, 3].map((gate) => sums.slice(gate * size, (gate + 1) * size));
    c = c.map((value, k) => lib.sigmoid(f[k]) * value + lib.sigmoid(i[k]) * Math.tanh(g[k]));
    if (t === filling + at && turn !== "nothing") c = turned(c, turnOf(weights, turn));
    h = c.map((value, k) => lib.sigmoid(o[k]) * Math.tanh(value));
    if (t < filling) return;
    for (const [name, { middle, direction }] of Object.entries(flags)) {
      const away = dot(c, direction) - dot(middle, direction);
      levels[name].push((2 * away) / dot(direction, direction));
    }
  });
  return { ...levels, probabilities: softmax(add(times(h, W_y), b_y)) };
}

// ---- What is shown. ----

export const start = () => ({ sentence: 0, turn: "unit 1", at: SENTENCES[0].length - 2 });

const NAMES = ["she", "he", "they"];
const [TOP, ROW, BARS] = [52, 22, 300]; // heights in the drawing: the first word, from word to word, the bars
const place = (k) => TOP + ROW * k;
const PANELS = {
  feminine: { at: lib.scale(-2, 2, 112, 228), ends: ["he", "she"] },
  plural: { at: lib.scale(-2, 2, 238, 354), ends: ["she/he", "they"] },
};

const best = ({ probabilities }) => probabilities.indexOf(Math.max(...probabilities));
const said = (found) => `with ${NAMES[best(found)]} (${number(Math.max(...found.probabilities))})`;

function outcome(weights, { turn, at }, words, own, other) {
  if (turn === "nothing") return `Nothing is turned over. The network goes on ${said(own)}.`;
  const { swapped, kept } = weights.tested[turn];
  const now = `${best(own) === best(other) ? "still " : ""}${said(other)}`;
  return (
    `By itself the network goes on ${said(own)}; turned over after “${words[at]}”, ${now}. ` +
    `Over the lesson's 800 test sentences, after the word before “because”, this turn swaps ${number(swapped)} of she ` +
    `and he and keeps ${number(kept)} of they.${turn === "random" ? " This is one draw: some lie nearer to ours." : ""}`
  );
}

function panel(name, levels, turnedLevels, at) {
  const { at: x, ends } = PANELS[name];
  const inside = (level) => x(lib.clamp(level, -2, 2));
  const points = (some, first) => some.map((level, k) => [inside(level), place(k)]).slice(first);
  const centre = { "text-anchor": "middle" };
  const parts = [lib.text(x(0), 16, `${name} flag`, centre)];
  [-1, 1].forEach((level, k) => {
    parts.push(lib.text(x(level), 34, ends[k], centre));
    parts.push(lib.line(x(level), 40, x(level), place(9) + 8, { opacity: 0.35, "stroke-dasharray": "2 3" }));
  });
  parts.push(lib.curve(points(levels, 0), { stroke: colour(1) }));
  parts.push(points(levels, 0).map(([cx, cy]) => lib.element("circle", { cx, cy, r: 3.5, fill: colour(1) })));
  if (turnedLevels) {
    const [from, to] = [inside(levels[at]), inside(turnedLevels[at])];
    parts.push(lib.line(from, place(at), to, place(at), { stroke: colour(2), "stroke-width": 4, opacity: 0.5 }));
    parts.push(lib.curve(points(turnedLevels, at), { stroke: colour(2), "stroke-dasharray": "5 3" }));
    const square = ([left, top]) => lib.rect(left - 4, top - 4, 8, 8, { fill: colour(2) });
    parts.push(points(turnedLevels, at).map(square));
  }
  return parts;
}

function bars(own, other) {
  const long = lib.scale(0, 1, 60, 300);
  const bar = (y, value, look) => [
    lib.rect(60, y, Math.max(long(value) - 60, 1), 11, look),
    lib.text(long(value) + 6, y + 11, number(value)),
  ];
  return NAMES.map((name, k) => {
    const y = BARS + 16 + 40 * k;
    const parts = [lib.text(0, y + 18, name), bar(y, own.probabilities[k], { fill: colour(1) })];
    const look = { fill: colour(2), "fill-opacity": 0.35, stroke: colour(2), "stroke-dasharray": "4 2" };
    return other ? [...parts, bar(y + 16, other.probabilities[k], look)] : parts;
  });
}

export function draw(weights, state) {
  const words = SENTENCES[state.sentence];
  const own = compute(weights, { words, turn: "nothing", at: 0 });
  const other = state.turn === "nothing" ? undefined : compute(weights, { words, turn: state.turn, at: state.at });
  const label =
    "The levels of the feminine and the plural flag after each word of a sentence, as they are and after the turn, " +
    "and the probabilities of the next word.";
  return lib.svg(
    { height: BARS + 134, label, outcome: outcome(weights, state, words, own, other) },
    other ? lib.rect(0, place(state.at) - 12, 360, 23, { "fill-opacity": 0.1 }) : [],
    words.map((word, k) => lib.text(2, place(k) + 5, word, other && k === state.at ? { "font-weight": "bold" } : {})),
    Object.keys(PANELS).map((name) => panel(name, own[name], other?.[name], state.at)),
    lib.text(0, BARS, "Next word:", { "font-weight": "bold" }),
    lib.element("circle", { cx: 108, cy: BARS - 5, r: 4, fill: colour(1) }),
    lib.text(117, BARS, "as it is"),
    other ? [lib.rect(186, BARS - 9, 8, 8, { fill: colour(2) }), lib.text(199, BARS, "turned over")] : [],
    bars(own, other),
  );
}

export function controls(weights, state) {
  const words = SENTENCES[state.sentence];
  const unit = (auc, k) => ({ value: `unit ${k}`, label: `unit ${k} alone (AUC ${number(auc, 3)})` });
  const turns = Object.entries(weights.turns).map(([value, { name }]) => ({ value, label: name }));
  const before = (sentence) => SENTENCES[sentence].length - 2;
  return [
    {
      kind: "choice",
      name: "sentence",
      label: "Sentence",
      options: SENTENCES.map((sentence, value) => ({ value, label: `${sentence.join(" ")} …` })),
      change: (sentence) => ({ ...state, sentence, at: before(sentence) }),
    },
    {
      kind: "choice",
      name: "turn",
      label: "Turn over",
      options: [{ value: "nothing", label: "nothing" }, ...turns, ...weights.auc.map(unit)],
    },
    {
      kind: "step",
      name: "at",
      label: "After which word",
      min: 0,
      max: words.length - 1,
      format: (at) => `after “${words[at]}”`,
    },
  ];
}
