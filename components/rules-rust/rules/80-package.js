// A rule stands by itself: whoever runs the engine gives it no modules.
import _ from "lodash";

export default (order) => ({ note: _.upperCase(order.customer) });
