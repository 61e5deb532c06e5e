export * from "./right.ts";
export const greet = (name: string, and: string) => name + and;
