try {
  require("./nothing");
} catch (error) {
  console.log(error.code);
}
require("./lib/nothing.js");
