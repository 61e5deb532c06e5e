export const words = { upper: (text) => text.toUpperCase() };
