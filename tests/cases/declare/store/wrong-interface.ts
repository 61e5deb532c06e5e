export { greet, inLine, moveBy, pickItem } from "./right.ts";
