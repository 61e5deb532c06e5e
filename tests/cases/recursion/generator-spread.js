function* f() { [...f()]; } [...f()];
