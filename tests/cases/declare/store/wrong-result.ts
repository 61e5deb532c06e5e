export * from "./right.ts";
export const greet = (name: string) => name.length;
