function parse(text) {
	return text.trim().length;
}

try {
	parse(undefined);
} catch (error) {
	throw new Error("cannot load the settings", { cause: error });
}
