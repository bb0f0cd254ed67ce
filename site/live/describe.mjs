// `node site/live/describe.mjs` prints what each figure says of itself, and where it belongs, as JSON.

import { readdirSync } from "node:fs";

const here = new URL(".", import.meta.url);
const names = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
const described = names.map(async (name) => {
  const { title, lesson, after, text, trained } = await import(`./${name}/figure.js`);
  return { name, title, lesson, after, text, trained };
});
console.log(JSON.stringify(await Promise.all(described)));
