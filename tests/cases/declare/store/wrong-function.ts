export * from "./right.ts";
export const greet = "hello";
