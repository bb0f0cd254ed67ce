// Lesson 02: one step after the other through the lesson's trained parity network: what makes a new state.

import { add, colour, line, number, range, rect, scale, svg, text as words, times } from "../lib.js";

export const title = "Step through an RNN cell";
export const lesson = "02";
export const after = "the-state-at-work-5";
export const text =
  "Press Next: the new state becomes the old one, and the same weights make another from it. Every bar is one of the 32 " +
  "units. No single unit has to turn over whenever a one comes: look at the answer, which is read off all of them.";
export const trained = true;

// All steps for a list of bits: what the input gives to each unit, what the old state gives, their sum a and the new
// state h, each (steps, units); odd: how far the answer leans to "odd" (above 0) or "even", for each step.
export function compute({ embedding, W_xh, W_hh, b_h, W_hy, b_y }, { bits }) {
  const result = { from_input: [], from_state: [], a: [], h: [], odd: [] };
  let h = b_h.map(() => 0);
  for (const bit of bits) {
    const fromInput = add(times(embedding[bit], W_xh), b_h);
    const fromState = times(h, W_hh);
    const a = add(fromInput, fromState);
    h = a.map(Math.tanh);
    const [even, odd] = add(times(h, W_hy), b_y);
    result.from_input.push(fromInput);
    result.from_state.push(fromState);
    result.a.push(a);
    result.h.push(h);
    result.odd.push(odd - even);
  }
  return result;
}

// `step` counts from 1; `place` is where the unit stands whose numbers are shown, from 1 on the left.
export const start = () => ({ bits: [0, 1, 1, 0, 1, 0, 1], step: 5, place: 1 });

const UP = colour(1);
const DOWN = colour(2);
const WIDTH = 11; // of a unit

export function draw(weights, { bits, step, place }) {
  const result = compute(weights, { bits });
  const t = step - 1;
  const old = t ? result.h[t - 1] : weights.b_h.map(() => 0);
  const unit = weights.order[place - 1];

  // One row: a bar for each unit, upwards above zero and downwards below; a frame round the unit whose number is shown.
  const row = (name, values, reach, top, height) => {
    const y = scale(-reach, reach, top + 20 + height, top + 20);
    return [
      words(4, top + 14, name),
      words(356, top + 14, number(values[unit]), { "text-anchor": "end", "font-weight": "bold" }),
      weights.order.map((k, at) => {
        const [high, low] = [Math.max(values[k], 0), Math.min(values[k], 0)];
        return rect(4 + at * WIDTH + 2, y(high), WIDTH - 4, y(low) - y(high), { fill: values[k] < 0 ? DOWN : UP });
      }),
      line(4, y(0), 4 + 32 * WIDTH, y(0), { opacity: 0.5 }),
      rect(4 + (place - 1) * WIDTH, top + 19, WIDTH, height + 2, { fill: "none", stroke: "currentColor" }),
    ];
  };

  const wide = 42;
  const middle = (k) => 80 + k * wide;
  const column = (bit, k) => {
    const look = { "text-anchor": "middle", "font-weight": k === t ? "bold" : "normal" };
    const answer = k > t ? "" : result.odd[k] > 0 ? "odd" : "even";
    return [words(middle(k), 18, bit, look), words(middle(k), 38, answer, look)];
  };
  const rows = [
    ["old state h(t−1)", old, 1, 54, 28],
    ["from the input: x(t) W_xh + b_h", result.from_input[t], weights.reach, 110, 46],
    ["from the old state: h(t−1) W_hh", result.from_state[t], weights.reach, 182, 46],
    ["their sum a", result.a[t], weights.reach, 254, 46],
    ["new state h(t) = tanh(a)", result.h[t], 1, 328, 28],
  ];
  return svg(
    {
      height: 380,
      label: "One step of an RNN with 32 units, from the old state to the new one",
      outcome: outcome(result, bits, t, unit),
    },
    words(0, 18, "bit"),
    words(0, 38, "answer"),
    bits.map(column),
    rect(middle(t) - wide / 2, 2, wide, 42, {
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 2,
      rx: 4,
    }),
    rows.map((each) => row(...each)),
  );
}

function outcome({ from_input, from_state, a, h, odd }, bits, t, unit) {
  const answer = (k) => (odd[k] > 0 ? "odd" : "even");
  const before = t ? answer(t - 1) : "even";
  const does = before === answer(t) ? `stays ${before}` : `turns from ${before} to ${answer(t)}`;
  return (
    `Step ${t + 1} reads a ${bits[t]}: the answer ${does}. Unit ${unit}: ${number(from_input[t][unit])} from the input ` +
    `and ${number(from_state[t][unit])} from the old state make ${number(a[t][unit])}, and tanh makes it ${number(h[t][unit])}.`
  );
}

export function controls(weights, { bits, step, place }) {
  return [
    { kind: "step", name: "step", label: "step", min: 1, max: bits.length },
    {
      kind: "buttons",
      name: "bits",
      label: "Turn a bit over",
      options: bits.map((bit, k) => ({ value: k, label: String(bit), pressed: bit === 1, name: `bit ${k + 1}` })),
      change: (k) => ({ bits: bits.map((bit, at) => (at === k ? 1 - bit : bit)), step, place }),
    },
    {
      kind: "slider",
      name: "place",
      label: "numbers of unit",
      min: 1,
      max: weights.order.length,
      step: 1,
      format: (value) => String(weights.order[value - 1]),
    },
  ];
}
