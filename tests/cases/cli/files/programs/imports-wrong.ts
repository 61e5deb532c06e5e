import "./wrong.ts";
