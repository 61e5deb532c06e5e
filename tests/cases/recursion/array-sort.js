function compare() { [2, 1].sort(compare); }
compare();
