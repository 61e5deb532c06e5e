import { fails } from "./lib/fails.mjs";
fails();
