// `node site/live/picture.mjs gate_piano` prints the static picture of a figure.

import { readFileSync } from "node:fs";
import { picture } from "./lib.js";

const name = process.argv[2];
const weights = JSON.parse(readFileSync(new URL(`${name}/weights.json`, import.meta.url), "utf8"));
process.stdout.write(picture(await import(`./${name}/figure.js`), weights));
