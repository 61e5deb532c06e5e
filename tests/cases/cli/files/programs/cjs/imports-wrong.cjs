require("./wrong.cjs");
