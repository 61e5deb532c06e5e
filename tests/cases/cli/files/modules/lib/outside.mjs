import "../../args.js";
