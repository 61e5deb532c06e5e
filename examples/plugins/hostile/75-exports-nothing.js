export default (document) => document;
