const o = { get length() { return [].concat(o).length; }, [Symbol.isConcatSpreadable]: true }; [].concat(o);
