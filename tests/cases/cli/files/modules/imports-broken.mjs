import "./lib/broken.mjs";
