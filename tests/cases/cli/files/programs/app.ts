import type { Shape } from "./shapes.ts";
import { Circle, Kind } from "./shapes";

const shapes: Shape[] = [new Circle(1), new Circle(2)];
for (const shape of shapes) {
  console.log(Kind[shape.kind], shape.area().toFixed(2));
}
console.log(import.meta.url.split("/").slice(-2), scriptArgs.length);
