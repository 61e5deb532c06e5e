import "./lib/missing.mjs";
