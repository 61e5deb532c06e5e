// The calls and bytes that examples/image counts are those that cross.
import * as pictures from "acme:image/pictures";
import * as filters from "acme:image/filters";
import { photo } from "../../../examples/image/photo.js";
import { counted, Steps } from "../../../examples/image/steps.js";
import { toPpm } from "./compare.js";

const ppm = toPpm(photo(40, 30));
const { crop, encodeJpeg } = counted(filters);
const { Picture } = counted(pictures);
const steps = new Steps();

const small = steps.run("crop", () => crop(ppm, 0, 0, 10, 10));
const file = steps.run("encode", () => encodeJpeg(small, 80));
const picture = steps.run("decode", () => Picture.decode(ppm));
steps.run("twice", () => [picture.crop(0, 0, 10, 10), picture.width()]);
steps.run("fails", () => {
  try {
    picture.crop(0, 0, 11, 10);
  } catch (error) {
    console.log(`${error}`);
  }
});
const again = steps.run("encode", () => picture.encodeJpeg(80));
steps.run("nothing", () => {});
console.log(`${file}` === `${again}`);

globalThis.process = { argv: ["", "", "", "--json"] };
console.error = (text) => {
  const sizes = new Map([[ppm, "the picture"], [small, "the part"], [file, "the file"]].map(([{ length }, name]) => [length, name]));
  sizes.set(ppm.length + small.length, "the picture and the part").set(small.length + file.length, "the part and the file");
  for (const { name, ms, calls, bytes } of JSON.parse(text)) {
    console.log(`${name}: ${calls} calls, ${bytes && sizes.get(bytes)}`, ms >= 0);
  }
};
steps.report();
