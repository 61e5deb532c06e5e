const errors = [new TypeError("one"), "two"];
throw new AggregateError(errors, "both failed");
