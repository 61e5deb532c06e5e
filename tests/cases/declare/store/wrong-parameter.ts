export * from "./right.ts";
export const greet = (name: number) => String(name);
