export default "the module beside the program";
