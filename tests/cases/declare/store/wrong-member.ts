import * as right from "./right.ts";
export * from "./right.ts";
export const handler = { handle: right.handler.handle };
