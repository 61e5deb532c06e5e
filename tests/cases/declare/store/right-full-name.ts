import type { World } from "acme:store/app@1.2.0";
import * as right from "./right.ts";

const handler: World["handler"] = right.handler;
export { handler as "acme:store/handler" };
export const { greet, moveBy, inLine, pickItem } = right;
