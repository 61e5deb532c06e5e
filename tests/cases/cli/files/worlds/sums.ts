import { addUp } from "acme:sums/basic";

export const twice = (a: number) => addUp(a, a);
