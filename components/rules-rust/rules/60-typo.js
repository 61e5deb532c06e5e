export default (order => ({ note: "never seen" });
