// Each operation is a function from bytes to bytes: whole pictures cross, once in and once out of each.
//
//   jsvm run --link image.wasm --allow-read=photo.jpg bytes.js photo.jpg > small.jpg
import { readFileSync } from "node:fs";
import * as filters from "acme:image/filters";
import { plan } from "./plan.js";
import { counted, Steps } from "./steps.js";

const { decode, crop, sharpen, resize, encodeJpeg } = counted(filters);
const steps = new Steps();
const file = readFileSync(process.argv[2]);

let picture = steps.run("decode", () => decode(file));
picture = steps.run("crop", () => crop(picture, ...plan.crop));
picture = steps.run("sharpen", () => sharpen(picture, ...plan.sharpen));
picture = steps.run("resize", () => resize(picture, ...plan.resize));
const small = steps.run("encode", () => encodeJpeg(picture, plan.quality));

steps.report();
process.stdout.write(small);
