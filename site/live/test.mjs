// `node --test site/live/test.mjs`: every figure computes what NumPy computed, and its picture is the one that it draws.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";
import { picture } from "./lib.js";

const here = new URL(".", import.meta.url);
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const read = (path) => readFileSync(new URL(path, here), "utf8");
const size = (path) => statSync(new URL(path, here)).size;
const controlKinds = ["slider", "buttons", "choice", "step"];

// The largest distance of two numbers in the same place; what is no number must be equal.
function apart(got, expected, place) {
  if (typeof expected === "number") {
    assert.equal(typeof got, "number", `${place} is no number`);
    assert.ok(Number.isFinite(got), `${place} is ${got}`);
    return Math.abs(got - expected);
  }
  if (expected === null || typeof expected !== "object") {
    assert.equal(got, expected, place);
    return 0;
  }
  assert.deepEqual(Object.keys(got).sort(), Object.keys(expected).sort(), place);
  return Math.max(0, ...Object.keys(expected).map((key) => apart(got[key], expected[key], `${place}.${key}`)));
}

test("lib.js and live.css are small", () => {
  assert.ok(size("lib.js") < 10_000, `${size("lib.js")} bytes`);
  assert.ok(size("live.css") < 10_000, `${size("live.css")} bytes`);
});

for (const name of names) {
  const figure = await import(`./${name}/figure.js`);
  const weights = JSON.parse(read(`${name}/weights.json`));
  const frozen = JSON.stringify(weights);

  test(`${name} says what it is and where it belongs`, () => {
    assert.match(figure.lesson, /^\d\d$/);
    for (const word of [figure.title, figure.after, figure.text]) assert.ok(typeof word === "string" && word);
  });

  test(`${name} computes what NumPy computed`, (t) => {
    const cases = JSON.parse(read(`${name}/expected.json`));
    assert.ok(cases.length > 1, "expected several inputs");
    const largest = Math.max(
      ...cases.map(({ input, output }, k) => apart(figure.compute(weights, input), output, `${k}`)),
    );
    t.diagnostic(`largest difference ${largest}`);
    assert.ok(largest < 1e-9, `largest difference ${largest}`);
  });

  test(`${name} draws every value of its controls, with words that can be read on a telephone`, () => {
    const controls = (state) => figure.controls(weights, state).map((each) => ({ value: state[each.name], ...each }));
    const begin = figure.start(weights);
    for (const [k, { kind, name: control, ...rest }] of controls(begin).entries()) {
      assert.ok(controlKinds.includes(kind), `${control} is a ${kind}`);
      const values = rest.options?.map(({ value }) => value) ?? [rest.min, rest.max];
      for (const value of values) {
        const state = rest.change ? rest.change(value) : { ...begin, [control]: value };
        const drawing = figure.draw(weights, state);
        assert.doesNotMatch(drawing, /NaN|undefined|Infinity/);
        assert.match(drawing, /aria-label="[^"]+"/);
        assert.match(drawing, /<desc>[^<]+<\/desc>/);
        const width = Number(/viewBox="0 0 (\d+)/.exec(drawing)[1]);
        for (const [, points] of drawing.matchAll(/font-size="([\d.]+)/g)) assert.ok((points * 340) / width >= 13);
        assert.equal(controls(state).length, controls(begin).length);
        assert.equal(controls(state)[k].options?.length, rest.options?.length);
      }
    }
  });

  test(`${name} leaves its weights as they are`, () => assert.equal(JSON.stringify(weights), frozen));

  test(`${name}'s picture is the one that it draws`, () => {
    const remedy = `run: python -m tools.live --pictures ${name}`;
    assert.equal(read(`${name}/picture.svg`), picture(figure, weights), remedy);
  });

  test(`${name} is small`, () => {
    assert.ok(size(`${name}/figure.js`) < 10_000, `figure.js has ${size(`${name}/figure.js`)} bytes`);
    assert.ok(size(`${name}/weights.json`) < 60_000, `weights.json has ${size(`${name}/weights.json`)} bytes`);
  });
}
