export { handler, inLine, moveBy, pickItem } from "./right.ts";
