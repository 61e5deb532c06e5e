exports.basename = (path) => path.split("/").at(-1);
exports.list = Object.keys(require("./cycle-a"));
