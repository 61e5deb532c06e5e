exports.first = true;
exports.seen = require("./cycle-b").seen;
exports.last = true;
