for (const attempt of [1, 2]) {
  try {
    require("./throws.cjs");
  } catch (error) {
    console.log(attempt, error.message);
  }
}
require("./throws.cjs");
