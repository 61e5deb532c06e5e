console.log("evaluated later");
export default "imported";
