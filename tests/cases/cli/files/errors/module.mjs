await null;
throw new TypeError("in a module");
