const o = { get length() { return String.raw({ raw: o }); } }; String.raw({ raw: o });
