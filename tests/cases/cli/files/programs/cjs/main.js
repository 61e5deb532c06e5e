const { basename, list } = require("./lib");
const data = require("./data");
console.log(basename(__filename), basename(__dirname), list, data.name, require.main === module, this === module.exports);
exports.answer = 42;
