exports.seen = Object.keys(require("./cycle-a"));
