export const transform = ({ text, tags }) => ({ text: `${text}, still here`, tags });
