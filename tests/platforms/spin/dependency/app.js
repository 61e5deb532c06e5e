// Calls a component that `dependencies` of spin.toml names.
import { upper } from "acme:words/words@1.0.0";

export default { fetch: () => Response.json(upper("hello")) };
