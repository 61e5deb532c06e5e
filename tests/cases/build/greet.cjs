exports.greet = (name) => require("./words.cjs").hello + name;
