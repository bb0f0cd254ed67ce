// Lesson 04: what is left of a gradient, step by step further back, for the spectral radius that you set.

import { colour, curve, line, norm, number, range, scale, svg, text as words, times, transpose } from "../lib.js";

export const title = "Spectral radius and gradient";
export const lesson = "04";
export const after = "the-gradient-microscope-10";
export const text =
  "Set the spectral radius ρ of one matrix of the microscope; here the last step is on the left. The dotted line is a " +
  "gradient that each step multiplies by ρ. About where does tanh neither shrink nor grow? (One matrix: it wobbles.)";

const FARTHEST = 60;
const MARK = 50; // the number of steps that the lesson asks about

const unpacked = new WeakMap(); // the numbers of one weights.json are unpacked once

// The matrix, its transpose and the inputs, kept as float32 numbers, row after row, in base64.
function unpack(weights) {
  if (!unpacked.has(weights)) {
    const rows = (text) => {
      const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
      const numbers = [...new Float32Array(bytes.buffer)];
      return range(numbers.length / weights.units).map((k) =>
        numbers.slice(k * weights.units, (k + 1) * weights.units),
      );
    };
    const W = rows(weights.W);
    unpacked.set(weights, { W, back: transpose(W), x: rows(weights.x), v: weights.v });
  }
  return unpacked.get(weights);
}

// The share of the gradient's length that is left 0, 1, 2 … steps back, as logarithms to base 10, and those of ρ^t.
export function compute(weights, { radius }) {
  const { W, back, x, v } = unpack(weights);
  const scaled = (row, matrix) => times(row, matrix).map((value) => radius * value);
  const states = [];
  let h = v.map(() => 0);
  for (const x_t of x) {
    h = scaled(h, W).map((value, k) => Math.tanh(x_t[k] + value));
    states.push(h);
  }
  const shares = (slope) => {
    let gradient = v;
    return range(FARTHEST + 1).map((distance) => {
      const share = Math.log10(norm(gradient) / norm(v));
      gradient = scaled(
        gradient.map((value, k) => value * slope(states[states.length - 1 - distance][k])),
        back,
      );
      return share;
    });
  };
  return {
    linear: shares(() => 1),
    tanh: shares((state) => 1 - state ** 2),
    straight: range(FARTHEST + 1).map((distance) => distance * Math.log10(radius)),
  };
}

export const start = () => ({ radius: 1 });

const LINES = {
  straight: { name: "ρᵗ", stroke: "currentColor", "stroke-dasharray": "3 5", "stroke-width": 2 },
  linear: { name: "linear", stroke: colour(1), "stroke-width": 3 },
  tanh: { name: "tanh", stroke: colour(2), "stroke-dasharray": "10 4", "stroke-width": 3 },
};

export function draw(weights, { radius }) {
  const result = compute(weights, { radius });
  const x = scale(0, FARTHEST, 52, 350);
  const y = scale(-16, 16, 286, 42);
  const ticks = [-15, -10, -5, 0, 5, 10, 15];
  const look = ({ name, ...attributes }) => attributes;
  return svg(
    {
      height: 332,
      label: "Length of a gradient against the steps it has gone back, on a logarithmic axis",
      outcome: outcome(radius, result),
    },
    Object.values(LINES).map((each, k) => [
      line(52 + 100 * k, 16, 88 + 100 * k, 16, look(each)),
      words(94 + 100 * k, 21, each.name),
    ]),
    ticks.map((power) => [
      line(52, y(power), 350, y(power), { opacity: power ? 0.2 : 0.6 }),
      words(46, y(power) + 5, power ? `10${raised(power)}` : "1", { "text-anchor": "end" }),
    ]),
    [0, 10, 20, 30, 40, 50, 60].map((distance) => words(x(distance), 306, distance, { "text-anchor": "middle" })),
    words(x(FARTHEST / 2), 326, "steps back", { "text-anchor": "middle" }),
    line(x(MARK), y(-16), x(MARK), y(16), { opacity: 0.4, "stroke-dasharray": "2 4" }),
    Object.entries(LINES).map(([name, each]) =>
      curve(
        result[name].map((value, t) => [x(t), y(value)]),
        look(each),
      ),
    ),
  );
}

const raised = (whole) => [...String(whole)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");

// A number whose logarithm to base 10 is given.
function size(logarithm) {
  if (logarithm > -2 && logarithm < 3) return number(10 ** logarithm, logarithm < 1 ? 2 : 0);
  const [digits, power] = (10 ** logarithm).toExponential(0).split("e");
  return `${digits} · 10${raised(Number(power))}`;
}

function outcome(radius, { linear, tanh, straight }) {
  const pace = 10 ** ((tanh[FARTHEST] - tanh[FARTHEST / 2]) / (FARTHEST / 2));
  const does = pace < 0.99 ? "shrinks" : pace > 1.01 ? "grows" : "is level";
  return (
    `Radius ${number(radius)}, ${MARK} steps back: ρ to the power of ${MARK} is ${size(straight[MARK])}, and what is left ` +
    `is ${size(linear[MARK])} (linear) and ${size(tanh[MARK])} (tanh). Far back tanh ${does}: ${number(pace)} per step.`
  );
}

export function controls() {
  return [
    { kind: "slider", name: "radius", label: "spectral radius ρ", min: 0.7, max: 1.8, step: 0.01, format: number },
  ];
}
