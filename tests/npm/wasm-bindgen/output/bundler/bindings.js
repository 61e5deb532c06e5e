import * as wasm from "./bindings_bg.wasm";
import { __wbg_set_wasm } from "./bindings_bg.js";

__wbg_set_wasm(wasm);
wasm.__wbindgen_start();
export {
    Counter, adder, describe, each, greet, later, start, starts
} from "./bindings_bg.js";
