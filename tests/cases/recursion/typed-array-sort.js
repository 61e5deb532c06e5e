function compare() { new Uint8Array(2).sort(compare); }
compare();
