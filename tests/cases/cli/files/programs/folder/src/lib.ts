export const lib: string = "by an import map";
