const text = "let x = ;";
eval(text);
