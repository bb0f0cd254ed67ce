// Lesson 05: be the three gates of one LSTM unit, at all steps or at one, and watch its states.

import { GATE_COLOURS, curve, line, number, range, rect, scale, svg, text as words } from "../lib.js";

export const title = "The gate piano";
export const lesson = "05";
export const after = "the-gate-piano-3";
export const text =
  "Three notes arrive, +1, +1 and −1. Hold a gate at one value, or go to a single step and set it there alone. " +
  "Look at the line of c: f decides about the past, i about the present, and o only about what is seen of it in h.";

const GATES = { f: "f forget", i: "i input", o: "o output" };

// Both states after every step, as `tape` in the lesson. f, i, o: a list each, one number for a step.
export function compute({ notes }, { f, i, o }) {
  const c = [];
  notes.forEach((note, t) => c.push(f[t] * (c[t - 1] ?? 0) + i[t] * note));
  return { c, h: c.map((value, t) => o[t] * Math.tanh(value)) };
}

// `step` is the one that the sliders set, counted from 1; 0 stands for all.
export function start({ notes }) {
  const hold = (value) => notes.map(() => value);
  return { f: hold(0.7), i: hold(1), o: hold(1), step: 0 };
}

const LEFT = 80;
const RIGHT = 356;

export function draw(weights, state) {
  const { notes } = weights;
  const { c, h } = compute(weights, state);
  const width = (RIGHT - LEFT) / notes.length;
  const left = (t) => LEFT + t * width;

  // A panel for one state: a level for each step, as a line.
  const panel = (name, values, low, high, top, bottom, colour) => {
    const y = scale(low, high, bottom, top);
    const levels = values.flatMap((value, t) => [
      [left(t), y(value)],
      [left(t + 1), y(value)],
    ]);
    const ticks = range(high - low + 1).map((k) =>
      words(LEFT - 6, y(low + k) + 5, number(low + k, 0), { "text-anchor": "end" }),
    );
    return [
      words(0, top + 24, name),
      ticks,
      line(LEFT, y(0), RIGHT, y(0), { opacity: 0.4 }),
      line(LEFT, top, LEFT, bottom),
      curve(levels, { stroke: colour, "stroke-width": 3 }),
    ];
  };

  // A strip for one gate: each step is a valve, filled as far as it is open.
  const strip = (gate, top) => [
    words(0, top + 20, GATES[gate]),
    state[gate].map((value, t) => [
      rect(left(t) + 1, top + 28 * (1 - value), width - 2, 28 * value, { fill: GATE_COLOURS[gate] }),
      rect(left(t) + 1, top, width - 2, 28, { fill: "none", stroke: "currentColor" }),
    ]),
  ];

  const column =
    state.step &&
    rect(left(state.step - 1) - 2, 2, width + 4, 344, {
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 2,
      "stroke-dasharray": "5 4",
    });
  return svg(
    {
      height: 372,
      label: "Cell state and hidden state of one LSTM unit, step by step, above its three gates",
      outcome: outcome(notes, state, c, h),
    },
    words(0, 20, "note"),
    notes
      .map(
        (note, t) =>
          note !== 0 &&
          words(left(t + 0.5), 20, number(note, 0, true), { "text-anchor": "middle", "font-weight": "bold" }),
      )
      .filter(Boolean),
    panel("c cell", c, -1, 2, 36, 144, GATE_COLOURS.c),
    panel("h hidden", h, -1, 1, 162, 230, GATE_COLOURS.h),
    Object.keys(GATES).map((gate, k) => strip(gate, 244 + 34 * k)),
    notes
      .map((_, t) => (t === 0 || t % 3 === 2) && words(left(t + 0.5), 366, t + 1, { "text-anchor": "middle" }))
      .filter(Boolean),
    words(0, 366, "step"),
    column || "",
  );
}

// What there is to see, in words.
function outcome(notes, state, c, h) {
  const held = Object.keys(GATES).map((gate) => `${gate} = ${level(state[gate])}`);
  const heard = range(notes.length).filter((t) => notes[t] !== 0);
  const after = heard.map((t) => `${number(c[t])} after step ${t + 1}`);
  const last = notes.length - 1;
  return `${held.join(", ")}. c is ${after.join(", ")} and ${number(c[last])} at the end, where h shows ${number(h[last])}.`;
}

// One number for a gate that is the same at all steps.
function level(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? number(low) : `${number(low)} to ${number(high)}`;
}

export function controls({ notes }, state) {
  const { step } = state;
  const places = step ? [step - 1] : range(notes.length);
  const where = step ? `at step ${step}` : "at all steps";
  const slider = (gate) => {
    const values = places.map((t) => state[gate][t]);
    return {
      kind: "slider",
      name: gate,
      label: `${GATES[gate]}, ${where}`,
      min: 0,
      max: 1,
      step: 0.05,
      value: values.reduce((a, b) => a + b, 0) / values.length,
      format: () => level(values),
      change: (value) => ({ ...state, [gate]: state[gate].map((old, t) => (places.includes(t) ? value : old)) }),
    };
  };
  return [
    ...Object.keys(GATES).map(slider),
    {
      kind: "step",
      name: "step",
      label: "Steps that the sliders set",
      min: 0,
      max: notes.length,
      format: (value) => (value ? `step ${value} alone` : "all steps"),
    },
  ];
}
