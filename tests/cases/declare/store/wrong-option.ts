import type { Point } from "acme:store/app";
export * from "./right.ts";
/** Takes no `undefined`. */
export const moveBy = (point: Point, by: Point) => by ?? point;
